import { KILL_TIMEOUT_MS, stopTree } from "../stop/stop-tree.ts";
import { killCgroup, pidsInCgroup } from "./cgroup.ts";
import { type FoundProcess, findMarked } from "./find-marked.ts";
import { isAlive, listPids, readStat } from "./proc.ts";
import { sendSignal } from "./process-group.ts";
import { lives, type ProcessTree } from "./process-tree.ts";

interface SweepOptions {
  /** What the environment of those to be stopped holds. */
  mark: string;
  /** The cgroup that holds them and nothing else, if any. */
  cgroup: string | null;
  gracePeriodMs: number;
}

/**
 * Stops processes that neither a keeper nor a parent of ours looks after any more: those in the cgroup, those that carry
 * the mark, and the groups that those lead. Resolves with the pids that even SIGKILL did not end.
 */
export function sweep({ mark, cgroup, gracePeriodMs }: SweepOptions): Promise<number[]> {
  return stopTree(createUnattendedTree(Buffer.from(mark), cgroup), {
    signals: ["SIGTERM"],
    gracePeriodMs,
    killTimeoutMs: KILL_TIMEOUT_MS,
    leader: { exited: Promise.resolve(), hasExited: () => true },
  });
}

function createUnattendedTree(mark: Buffer, cgroup: string | null): ProcessTree {
  return {
    members,
    anyAlive: (known) => known.some(lives),
    signalGroup() {},
    isInGroup: () => false,
    signal,
    kill(targets) {
      if (cgroup !== null) killCgroup(cgroup);
      signal(targets, "SIGKILL");
    },
  };

  async function members(): Promise<FoundProcess[]> {
    const candidates = listPids();
    const marked = await findMarked({ mark, pgid: null, candidates });
    const ledGroups = new Set(marked.filter(({ pid, pgrp }) => pid === pgrp).map(({ pgrp }) => pgrp));
    const inGroups =
      ledGroups.size === 0 ? [] : candidates.flatMap(look).filter(({ pgrp }) => ledGroups.has(pgrp));
    const inCgroup = cgroup === null ? [] : pidsInCgroup(cgroup).flatMap(look);
    const all = [...marked, ...inGroups, ...inCgroup];
    return [...new Map(all.map((process) => [process.pid, process])).values()];
  }

  function signal(targets: readonly FoundProcess[], name: NodeJS.Signals): void {
    for (const target of targets) if (lives(target)) sendSignal(target.pid, name);
  }
}

function look(pid: number): FoundProcess[] {
  const stat = readStat(pid);
  return stat && isAlive(stat) ? [{ pid, startTime: stat.startTime, pgrp: stat.pgrp }] : [];
}
