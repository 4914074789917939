import { setImmediate } from "node:timers/promises";
import { environmentHolds, isAlive, lastPid, ownerOf, readStat } from "./proc.ts";

export interface FoundProcess {
  pid: number;
  startTime: string;
  pgrp: number;
}

interface Search {
  /** The text in the environment of those that are looked for. */
  mark: Buffer;
  /** A process group whose members are looked for as well, or null. */
  pgid: number | null;
  /** The processes that may be it. */
  candidates: readonly number[];
}

/** The event loop gets its turn after so long. */
const SLICE_MS = 3;
const CHECK_EVERY = 16;

/** Finds the living processes that carry the mark or are in the group, in slices that do not block the event loop. */
export async function findMarked({ mark, pgid, candidates }: Search): Promise<FoundProcess[]> {
  const found: FoundProcess[] = [];
  let sliceEnd = performance.now() + SLICE_MS;
  for (const [index, pid] of candidates.entries()) {
    if (index % CHECK_EVERY === CHECK_EVERY - 1 && performance.now() > sliceEnd) {
      await setImmediate();
      sliceEnd = performance.now() + SLICE_MS;
    }
    const process = examine(pid, mark, pgid);
    if (process) found.push(process);
  }
  return found;
}

const ownUid = process.getuid?.() ?? 0;

function examine(pid: number, mark: Buffer, pgid: number | null): FoundProcess | null {
  const owner = ownerOf(pid);
  if (owner === null) return null;
  // Another user's environment is readable for root alone. Its group can be told by anybody.
  const marked = (ownUid === 0 || owner === ownUid) && environmentHolds(pid, mark);
  if (!marked && pgid === null) return null;
  const stat = readStat(pid);
  if (!stat || !isAlive(stat) || !(marked || stat.pgrp === pgid)) return null;
  return { pid, startTime: stat.startTime, pgrp: stat.pgrp };
}

/** Beyond this the system may have given out every pid once, and `lastPid` says nothing any more. */
const MAX_AGE_MS = 500;
/** Beyond this many, reading the list of all processes is no dearer. */
const MAX_RANGE = 256;

/**
 * The processes that can be `leader` or descend from it; null where that can be any. Pids are given out in ascending
 * order, so what came after it is in a short range while it is young: this makes the end of a short command cheap.
 */
export function bornSince(leader: { pid: number; ageMs: number }): number[] | null {
  const last = leader.ageMs < MAX_AGE_MS ? lastPid() : null;
  const range = last === null ? -1 : last - leader.pid;
  // Negative: pids have begun anew.
  if (range < 0 || range > MAX_RANGE) return null;
  return Array.from({ length: range + 1 }, (_, index) => leader.pid + index);
}
