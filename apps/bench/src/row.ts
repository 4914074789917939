import type { Bench } from "./bench.ts";

/** What is to be reached: by the ratio of ours to the yardstick's, or by our own value. */
export interface Target {
  of: "ratio" | "value";
  relation: "at least" | "at most";
  limit: number;
}

export const ratioAtLeast = (limit: number): Target => ({ of: "ratio", relation: "at least", limit });
export const ratioAtMost = (limit: number): Target => ({ of: "ratio", relation: "at most", limit });
export const valueAtLeast = (limit: number): Target => ({ of: "value", relation: "at least", limit });
export const valueAtMost = (limit: number): Target => ({ of: "value", relation: "at most", limit });

export type Unit = "/s" | "ms" | "MB/s" | "MB" | "bytes" | "% CPU" | "calls" | "commands";

/** A line of the table. */
export interface Line {
  /** What was measured. */
  what: string;
  /** What it is compared with; null where it stands for itself. */
  yardstick: string | null;
  unit: Unit;
  /** Null: to know, and not to reach. */
  target: Target | null;
}

/** One round: what we came to, and the yardstick right beside it. */
export interface Sample {
  ours: number;
  yardstick: number | null;
}

/** One measurement: data in, samples out. What they come to is decided elsewhere. */
export interface Row<Key extends string = string> {
  /** As `--only` takes it. */
  name: string;
  lines: Record<Key, Line>;
  run(bench: Bench): Promise<Record<Key, Sample[]>>;
}

/** Holds a row's samples to its lines. */
export const defineRow = <Key extends string>(row: Row<Key>): Row<Key> => row;
