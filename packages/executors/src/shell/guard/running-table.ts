import { closeSync, openSync, writeSync } from "node:fs";
import type { Leader } from "../containment/process-tree.ts";

/**
 * The leaders of the commands that run now, in a file that outlives the worker: a line for each slot, with pid and
 * start time, or blank. The guard and the next worker read it.
 */
export interface RunningTable {
  set(slot: number, leader: Pick<Leader, "pid" | "startTime">): void;
  clear(slot: number): void;
  close(): void;
}

/** With lines of one length a slot is written in place, by one system call and no more. */
const LINE_BYTES = 48;

export function openRunningTable(path: string): RunningTable {
  const descriptor = openSync(path, "r+");
  const write = (slot: number, text: string) =>
    void writeSync(descriptor, `${text.padEnd(LINE_BYTES - 1)}\n`, slot * LINE_BYTES, "latin1");
  return {
    set: (slot, { pid, startTime }) => write(slot, `${pid} ${startTime ?? "-"}`),
    clear: (slot) => write(slot, ""),
    close: () => closeSync(descriptor),
  };
}
