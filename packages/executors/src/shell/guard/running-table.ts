import { closeSync, openSync, writeSync } from "node:fs";
import type { Leader } from "../containment/process-tree.ts";

/**
 * The leaders of the commands that run now, in a file that outlives the worker: a line for each slot, with pid and
 * start time, or blank. The guard and the next worker read it.
 */
export interface RunningTable {
  /** Makes sure that the slot's line can be written later, whatever becomes of the disk. Throws what write(2) does. */
  reserve(slot: number): void;
  set(slot: number, leader: Pick<Leader, "pid" | "startTime">): void;
  clear(slot: number): void;
  /** Writes the file again, as somebody has removed it. */
  restore(): void;
  close(): void;
}

/** With lines of one length a slot is written in place, by one system call and no more. */
const LINE_BYTES = 48;

export function openRunningTable(path: string): RunningTable {
  const lines: string[] = [];
  let descriptor = openTable();
  return {
    reserve(slot) {
      while (lines.length <= slot) {
        write(lines.length, "");
        lines.push("");
      }
    },
    set: (slot, { pid, startTime }) => change(slot, `${pid} ${startTime ?? "-"}`),
    clear: (slot) => change(slot, ""),
    restore() {
      closeSync(descriptor);
      descriptor = openTable();
      for (const [slot, text] of lines.entries()) write(slot, text);
    },
    close: () => closeSync(descriptor),
  };

  function openTable(): number {
    return openSync(path, "w", 0o600);
  }

  function change(slot: number, text: string): void {
    write(slot, text);
    lines[slot] = text;
  }

  function write(slot: number, text: string): void {
    writeSync(descriptor, `${text.padEnd(LINE_BYTES - 1)}\n`, slot * LINE_BYTES, "latin1");
  }
}
