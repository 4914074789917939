import type { Evidence } from "../evidence/evidence.ts";
import { doomedAt, type Life } from "../fleet/life.ts";
import { type Span, without } from "./span.ts";

/** The times in which nothing was done to the process, and Redis was there for it. */
export function calmOf(life: Life, outages: Evidence["outages"]): Span[] {
  const disturbances = [...life.freezes, ...outages].map(({ from, to }) => ({ from, to: to ?? Infinity }));
  return without({ from: life.startedAt, to: doomedAt(life) }, disturbances);
}
