/**
 * What Linux tells of processes under /proc. All of it is synchronous: these files are made in memory, and reading
 * them through the thread pool costs eight times as much.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { withSpareDescriptor } from "./spare-descriptor.ts";

export interface ProcessStat {
  state: string;
  pgrp: number;
  session: number;
  /** In clock ticks since boot. With the pid it names a process for good: pids are used again. */
  startTime: string;
}

/** Null where there is no such process. */
export function readStat(pid: number): ProcessStat | null {
  const text = read(`/proc/${pid}/stat`)?.toString("latin1");
  return text ? parseStat(text) : null;
}

/** The command's name, in parentheses, may itself hold spaces and parentheses: the last one ends it. */
export function parseStat(text: string): ProcessStat | null {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, , pgrp, session] = fields;
  const startTime = fields[19];
  if (!state || !startTime) return null;
  return { state, pgrp: Number(pgrp), session: Number(session), startTime };
}

/** A zombie has ended; it only waits for its parent to notice. */
export const isAlive = ({ state }: ProcessStat): boolean => state !== "Z" && state !== "X" && state !== "x";

export function listPids(): number[] {
  return withSpareDescriptor(() => readdirSync("/proc")).flatMap((name) =>
    /^\d/.test(name) ? Number(name) : [],
  );
}

/** Whose process it is; null where there is none. Needs no descriptor and throws nothing: the cheapest question. */
export function ownerOf(pid: number): number | null {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid ?? null;
}

/** Whether the environment that the process was started with holds `mark`. */
export function environmentHolds(pid: number, mark: Buffer): boolean {
  return read(`/proc/${pid}/environ`)?.includes(mark) ?? false;
}

/** The pid that was given out last; null where that is not told (some sandboxes put 0 there). */
export function lastPid(): number | null {
  const text = read("/proc/loadavg")?.toString("latin1");
  return Number(text?.trim().split(" ")[4]) || null;
}

/** Identifies this boot and this pid namespace: pids and start times mean something within both only. */
export function readPidScope(): string | null {
  try {
    const namespace = statSync("/proc/self/ns/pid").ino;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${namespace}`;
  } catch {
    return null;
  }
}

let buffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * The content, valid until the next call; null where the process is gone or not ours to read. Throws where it could
 * not be told, as for want of descriptors: that must never be taken for "there is no such process".
 */
function read(path: string): Buffer | null {
  return withSpareDescriptor(() => readWhole(path));
}

function readWhole(path: string): Buffer | null {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    for (let length = 0; ; ) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) return buffer.subarray(0, length);
      length += count;
      if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(length)]);
    }
  } catch (error) {
    if (gone.has((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const gone = new Set(["ENOENT", "ESRCH", "EACCES", "EPERM"]);
