import { constants } from "node:os";
import { describe, expect, it } from "@jest/globals";
import { type Answer, formatRequest, formatRun, parseAnswer } from "../../src/keeper/protocol.ts";
import { parseWaitStatus } from "../../src/keeper/wait-status.ts";

describe("an answer of helper or keeper", () => {
  it.each<[string, Answer]>([
    ["ready cgroup", { kind: "ready", hasCgroups: true }],
    ["ready alone", { kind: "ready", hasCgroups: false }],
    ["unable no /proc", { kind: "unable", reason: "no /proc" }],
    ["keeper 3 120 4711", { kind: "keeper", keeper: 3, pid: 120, startTime: "4711" }],
    ["unforked 3 11", { kind: "unforked", keeper: 3, errno: 11 }],
    ["fifos 257 28", { kind: "fifos", first: 257, errno: 28 }],
    ["failed 7 exec 2", { kind: "failed", id: 7, step: "exec", errno: 2 }],
    ["ended 7 0 self -", { kind: "ended", id: 7, status: 0, cause: "self", survivors: [] }],
    ["ended 7 9 stop 5,6", { kind: "ended", id: 7, status: 9, cause: "stop", survivors: [5, 6] }],
    ["gone 3 -", { kind: "gone", keeper: 3, survivors: [] }],
    ["pong 1", { kind: "pong", number: 1 }],
  ])("is read: %s", (line, answer) => {
    expect(parseAnswer(line)).toEqual(answer);
  });

  it.each([
    ...["", "hello", "ready", "ready maybe", "keeper 3 120", "keeper 3 120 4711 1", "keeper x 1 1"],
    ...[
      "failed 7 dance 2",
      "ended 7 0 self",
      "ended 7 0 boredom -",
      "ended 7 -1 self -",
      "ended 7 0 self 5,",
    ],
    ...["gone 3", "gone 3 x", "pong", "ended 7 0 self - "],
  ])("is none where neither of them writes it: %j", (line) => {
    expect(parseAnswer(line)).toBeNull();
  });
});

describe("a request", () => {
  it("has every field end in NUL, also an empty one", () => {
    const request = {
      ...{ workingDirectory: "/w", stdin: "/dev/null", stdout: "/o", stderr: "/e", file: "sh" },
      ...{ args: ["", "a b"], environment: { A: "", B: "x=y\n" } },
    };
    expect(formatRequest(request)).toBe("/w\0/dev/null\0/o\0/e\x003\0sh\0\0a b\0A=\0B=x=y\n\0");
  });

  it("comes with the way to stop it", () => {
    expect(formatRun(12, { signals: [2, 15], gracePeriodMs: 1500.4 })).toBe("run 12 1500 2,15\n");
  });
});

describe("a wait status", () => {
  it.each([
    [0, { kind: "exited", exitCode: 0 }],
    [137 << 8, { kind: "exited", exitCode: 137 }],
    [255 << 8, { kind: "exited", exitCode: 255 }],
    [9, { kind: "signaled", signal: "SIGKILL" }],
    [6, { kind: "signaled", signal: "SIGABRT" }],
    [11 | 0x80, { kind: "signaled", signal: "SIGSEGV" }],
    [34, { kind: "signaled", signal: "SIGRTMIN" }],
    [37, { kind: "signaled", signal: "SIGRTMIN+3" }],
    [49, { kind: "signaled", signal: "SIGRTMIN+15" }],
    [50, { kind: "signaled", signal: "SIGRTMAX-14" }],
    [64, { kind: "signaled", signal: "SIGRTMAX" }],
    [32, { kind: "signaled", signal: "signal 32" }],
  ])("%i is %j", (status, exit) => {
    expect(parseWaitStatus(status)).toEqual(exit);
  });

  it("names every signal that Node knows as Node does", () => {
    const aliases = new Set(["SIGIOT", "SIGPOLL", "SIGUNUSED"]);
    for (const [signal, number] of Object.entries(constants.signals)) {
      if (!aliases.has(signal)) expect(parseWaitStatus(number)).toEqual({ kind: "signaled", signal });
    }
  });
});
