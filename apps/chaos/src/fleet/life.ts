import type { Lack } from "./host/lack.ts";

/** One process of the fleet from its start to its end, and what was done to it in between. Times in ms. */
export interface Life {
  /** As its log is called: "worker-1". */
  name: string;
  role: "api" | "worker" | "receiver";
  pid: number;
  startedAt: number;
  /** Null: it lives. */
  ended: { at: number; code: number | null; signal: NodeJS.Signals | null } | null;
  /** When it was asked to end, by SIGTERM. */
  terminatedAt: number | null;
  /** When it was killed by us. */
  killedAt: number | null;
  /** It stood still from the one time to the other; null: it still does. */
  freezes: { from: number; to: number | null }[];
  /** Its host lacked something from the one time to the other; null: it still does. */
  starvations: { from: number; to: number | null; lack: Lack }[];
  /** Its wall clock was off by so much from the one time to the other; null: it still is. */
  clockSteps: { from: number; to: number | null; byMs: number }[];
}

/** Whether it lived through all of that time without anything done to it. */
export function wasWellDuring(life: Life, from: number, to: number): boolean {
  return life.startedAt <= from && doomedAt(life) > to && !wasFrozenDuring(life, from, to);
}

/** When its end began, whoever wanted that. */
export function doomedAt({ terminatedAt, killedAt, ended }: Life): number {
  return Math.min(terminatedAt ?? Infinity, killedAt ?? Infinity, ended?.at ?? Infinity);
}

/** When it could hear that it was told to end: a frozen process hears it when it goes on. */
export function heardOfStopAt({ terminatedAt, freezes }: Life): number {
  if (terminatedAt === null) return Infinity;
  const deaf = freezes.find(({ from, to }) => from <= terminatedAt && (to ?? Infinity) > terminatedAt);
  return deaf ? (deaf.to ?? Infinity) : terminatedAt;
}

export function wasFrozenDuring({ freezes }: Life, from: number, to: number): boolean {
  return freezes.some((freeze) => freeze.from <= to && (freeze.to ?? Infinity) >= from);
}
