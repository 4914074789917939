import type { Evidence } from "../evidence/evidence.ts";
import { overlapOf, type Span } from "./span.ts";

/** What a machine with two cores adds to everything: fleet, load and checks share it. */
export const BUSY_MS = 500;

/** How soon a worker takes tasks after its start, or the return of Redis. */
export const TAKES_TASKS_MS = 5_000;

/** A stall of one process tells of what others go through shortly before and after it. */
const AROUND_STALL_MS = 2_000;

/** When the machine had more to do than it could: nobody can be held to a time then. */
export function overloadOf({ stalls }: Pick<Evidence, "stalls">): Span[] {
  return stalls.map(({ from, to }) => ({ from: from - AROUND_STALL_MS, to: to + AROUND_STALL_MS }));
}

export const overlapsAny = (span: Span, others: readonly Span[]): boolean =>
  others.some((other) => overlapOf(span, other) !== null);
