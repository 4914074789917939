import { describe, expect, it } from "@jest/globals";
import { describeRefusal, isDemotion, isMisconfiguration, refusalIn } from "../../src/redis-refusal.ts";

describe("an error of Redis", () => {
  it.each([
    ["NOAUTH Authentication required.", "NOAUTH"],
    ["WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS"],
    ["READONLY You can't write against a read only replica. script: 2bab, on @user_script:17.", "READONLY"],
    ["OOM command not allowed when used memory > 'maxmemory'. script: 2bab, on @user_script:17.", "OOM"],
    [
      "ERR Error running script (call to f_2bab): @user_script:17: @user_script: 17: -READONLY You can't write against a read only replica.",
      "READONLY",
    ],
    ["@user_script: 17: -OOM command not allowed when used memory > 'maxmemory'.", "OOM"],
    [
      "EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.",
      "OOM",
    ],
    [
      "ERR The user executing the script can't run this command or subcommand script: 2bab, on @user_script:1.",
      "NOPERM",
    ],
    ["ERR ACL failure in script: User worker has no permissions to run the 'set' command", "NOPERM"],
    [
      "ERR Error running script: Script killed by user with SCRIPT KILL... script: 2bab, on @user_script:1.",
      "BUSY",
    ],
    [
      "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
      "UNBLOCKED",
    ],
    ["WRONGTYPE Operation against a key holding the wrong kind of value", null],
    ["ERR user_script:3: attempt to call a nil value script: 2bab, on @user_script:3.", null],
    ["ERR the value says READONLY somewhere", null],
    ["NOSCRIPT No matching script. Please use EVAL.", null],
  ])("is a refusal or none: %s", (message, refusal) => {
    expect(refusalIn(message)).toBe(refusal);
  });

  it("of a wrong password or a missing right is a mistake of the configuration, any other is not", () => {
    expect((["NOAUTH", "WRONGPASS", "NOPERM"] as const).every(isMisconfiguration)).toBe(true);
    expect((["OOM", "READONLY", "LOADING", "BUSY"] as const).some(isMisconfiguration)).toBe(false);
  });

  it("tells of a master that has become a replica", () => {
    expect(isDemotion(new Error("READONLY You can't write against a read only replica."))).toBe(true);
    expect(isDemotion(new Error("OOM command not allowed"))).toBe(false);
  });

  it("is told to people without the place in a script", () => {
    const message =
      "OOM command not allowed when used memory > 'maxmemory'. script: 2bab, on @user_script:17.";
    expect(describeRefusal(message)).toBe("OOM command not allowed when used memory > 'maxmemory'.");
  });
});
