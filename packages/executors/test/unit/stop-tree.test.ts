import { describe, expect, it } from "@jest/globals";
import type { ProcessTree } from "../../src/shell/containment/process-tree.ts";
import { stopTree } from "../../src/shell/stop/stop-tree.ts";

interface FakeProcess {
  pid: number;
  /** Of the command's own where absent. */
  pgrp?: number;
  /** The signals that end it. */
  endedBy: string[];
}

const GROUP = 1;
const isInGroup = ({ pgrp }: { pgrp: number }) => pgrp === GROUP;

/** Processes that exist on paper, and what was sent to them. */
function fakeTree(...processes: FakeProcess[]) {
  const sent: string[] = [];
  let alive = [...processes];
  const found = () => alive.map(({ pid, pgrp = GROUP }) => ({ pid, startTime: "1", pgrp }));
  const send = (pids: readonly { pid: number }[], signal: string) => {
    sent.push(...pids.map(({ pid }) => `${signal} ${pid}`));
    alive = alive.filter(
      ({ pid, endedBy }) => !(pids.some((target) => target.pid === pid) && endedBy.includes(signal)),
    );
  };
  const tree: ProcessTree = {
    members: async () => found(),
    signalGroup: (signal) => send(found().filter(isInGroup), signal),
    isInGroup,
    anyAlive: (members) => members.some(({ pid }) => alive.some((process) => process.pid === pid)),
    signal: send,
    kill: (members) => send(members, "SIGKILL"),
  };
  return { tree, sent, add: (process: FakeProcess) => alive.push(process) };
}

const gone = { exited: Promise.resolve(), hasExited: () => true };
const living = { exited: new Promise(() => {}), hasExited: () => false };
const options = { signals: ["SIGTERM"] as const, gracePeriodMs: 30, killTimeoutMs: 60, leader: gone };

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

  it("tells the group of a command that lives before it looks for the rest, and nobody twice", async () => {
    const { tree, sent } = fakeTree(
      { pid: 1, endedBy: ["SIGKILL"] },
      { pid: 2, pgrp: 2, endedBy: ["SIGKILL"] },
    );
    const look = tree.members;
    tree.members = () => {
      if (sent.at(-1) !== "looked") sent.push("looked");
      return look();
    };
    expect(await stopTree(tree, { ...options, leader: living })).toEqual([]);
    expect(sent.slice(0, 5)).toEqual(["SIGTERM 1", "SIGCONT 1", "looked", "SIGTERM 2", "SIGCONT 2"]);
    expect(sent.filter((signal) => /TERM|CONT/.test(signal))).toHaveLength(4);
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
