import { findCallbackRisk, isLoopback } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";

it.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["localhost", true],
  ["::1", true],
  ["[::1]", true],
  ["0:0:0:0:0:0:0:1", true],
  ["0.0.0.0", false],
  ["::", false],
  ["192.168.0.7", false],
  ["127.evil.example", false],
  ["runner", false],
])("%s is loopback: %s", (host, expected) => expect(isLoopback(host)).toBe(expected));

describe("what callers may reach by callbacks", () => {
  const token = (name: string) => ({ name, scope: "write", token: name });
  const alone = { host: "127.0.0.1", apiTokens: [token("a")], callbackDenyPrivate: false };

  it.each([
    ["one caller on this machine", alone],
    ["no tokens on this machine", { ...alone, apiTokens: undefined }],
    ["denied private addresses", { ...alone, host: "0.0.0.0", callbackDenyPrivate: true }],
    ["a list of receivers", { ...alone, apiTokens: [token("a"), token("b")], callbackAllow: [{}] }],
  ])("is no risk with %s", (_, reach) => expect(findCallbackRisk(reach)).toBeNull());

  it.each([
    ["several callers", { ...alone, apiTokens: [token("a"), token("b")] }, /^2 callers share the API, and/],
    [
      "an address that others reach",
      { ...alone, host: "0.0.0.0" },
      /^the API is at 0\.0\.0\.0, beyond loopback, and/,
    ],
    ["an IPv6 address that others reach", { ...alone, host: "::" }, /at ::, beyond/],
  ])("is a risk with %s", (_, reach, words) => {
    const risk = findCallbackRisk(reach);
    expect(risk?.detail).toMatch(words);
    expect(risk?.detail).toContain("is not true here: unless it is at the workers");
    expect(risk?.mend).toContain("HOST_RUNNER_CALLBACK_DENY_PRIVATE=true");
  });
});
