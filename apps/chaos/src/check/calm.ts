import type { Evidence } from "../evidence/evidence.ts";
import { doomedAt, type Life } from "../fleet/life.ts";
import { concerns } from "../fleet/refusals.ts";
import { overloadOf } from "./limits.ts";
import { type Span, without } from "./span.ts";

type Disturbances = Pick<Evidence, "outages" | "refusals" | "stalls">;

/** The times in which nothing was done to the process, and it could work: Redis took what it asked, and the machine kept up. */
export function calmOf(life: Life, evidence: Disturbances): Span[] {
  const refusals = evidence.refusals.filter((refusal) => concerns(refusal, life));
  const disturbances = [...life.freezes, ...evidence.outages, ...refusals].map(({ from, to }) => ({
    from,
    to: to ?? Infinity,
  }));
  return without({ from: life.startedAt, to: doomedAt(life) }, [...disturbances, ...overloadOf(evidence)]);
}
