import { describe, expect, it } from "@jest/globals";
import type { ProcessTree } from "../../src/shell/containment/process-tree.ts";
import { stopTree } from "../../src/shell/stop/stop-tree.ts";

interface FakeProcess {
  pid: number;
  /** The signals that end it. */
  endedBy: string[];
}

/** Processes that exist on paper, and what was sent to them. */
function fakeTree(...processes: FakeProcess[]) {
  const sent: string[] = [];
  let alive = [...processes];
  const found = () => alive.map(({ pid }) => ({ pid, startTime: "1", pgrp: 1 }));
  const send = (pids: readonly { pid: number }[], signal: string) => {
    sent.push(...pids.map(({ pid }) => `${signal} ${pid}`));
    alive = alive.filter(
      ({ pid, endedBy }) => !(pids.some((target) => target.pid === pid) && endedBy.includes(signal)),
    );
  };
  const tree: ProcessTree = {
    members: async () => found(),
    anyAlive: (members) => members.some(({ pid }) => alive.some((process) => process.pid === pid)),
    signal: send,
    kill: (members) => send(members, "SIGKILL"),
  };
  return { tree, sent, add: (process: FakeProcess) => alive.push(process) };
}

const options = { gracePeriodMs: 30, killTimeoutMs: 60, leaderExited: new Promise(() => {}) };

describe("stopping a tree", () => {
  it("sends nothing where nothing lives", async () => {
    const { tree, sent } = fakeTree();
    expect(await stopTree(tree, options)).toEqual([]);
    expect(sent).toEqual([]);
  });

  it("sends SIGTERM and SIGCONT once, and no SIGKILL to what ends by that", async () => {
    const { tree, sent } = fakeTree({ pid: 1, endedBy: ["SIGTERM"] }, { pid: 2, endedBy: ["SIGCONT"] });
    expect(await stopTree(tree, { ...options, gracePeriodMs: 5_000 })).toEqual([]);
    expect(sent).toEqual(["SIGTERM 1", "SIGTERM 2", "SIGCONT 1", "SIGCONT 2"]);
  });

  it("sends SIGKILL to what is left when the grace period ends, and to nothing before that", async () => {
    const { tree, sent } = fakeTree({ pid: 1, endedBy: ["SIGTERM"] }, { pid: 2, endedBy: ["SIGKILL"] });
    const start = performance.now();
    expect(await stopTree(tree, options)).toEqual([]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
    expect(sent.filter((signal) => signal.startsWith("SIGKILL"))).toEqual(["SIGKILL 2"]);
  });

  it("sends SIGKILL to what is forked while it kills", async () => {
    const { tree, sent, add } = fakeTree({ pid: 1, endedBy: ["SIGKILL"] });
    const kill = tree.kill;
    tree.kill = (members) => {
      kill(members);
      if (sent.length < 6) add({ pid: sent.length, endedBy: ["SIGKILL"] });
    };
    expect(await stopTree(tree, options)).toEqual([]);
  });

  it("gives up what SIGKILL does not end, and says what it is", async () => {
    const { tree } = fakeTree({ pid: 1, endedBy: ["SIGTERM"] }, { pid: 7, endedBy: [] });
    const start = performance.now();
    expect(await stopTree(tree, options)).toEqual([7]);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
