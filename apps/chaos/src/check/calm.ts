import type { Evidence } from "../evidence/evidence.ts";
import { doomedAt, type Life } from "../fleet/life.ts";
import { overloadOf } from "./limits.ts";
import { type Span, without } from "./span.ts";

/** The times in which nothing was done to the process, and it could work: Redis was there, and the machine kept up. */
export function calmOf(life: Life, evidence: Pick<Evidence, "outages" | "stalls">): Span[] {
  const disturbances = [...life.freezes, ...evidence.outages].map(({ from, to }) => ({
    from,
    to: to ?? Infinity,
  }));
  return without({ from: life.startedAt, to: doomedAt(life) }, [...disturbances, ...overloadOf(evidence)]);
}
