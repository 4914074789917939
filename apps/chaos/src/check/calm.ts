import type { Evidence } from "../evidence/evidence.ts";
import type { Probe } from "../evidence/watch-readiness.ts";
import { doomedAt, type Life } from "../fleet/life.ts";
import { concerns } from "../fleet/refusals.ts";
import { overloadOf } from "./limits.ts";
import { overlapOf, type Span, without } from "./span.ts";

type Disturbances = Pick<Evidence, "outages" | "refusals" | "stalls" | "probes">;

/** The times in which nothing was done to the process, and it could work: Redis took what it asked, and the machine kept up. */
export function calmOf(life: Life, evidence: Disturbances): Span[] {
  const refusals = evidence.refusals.filter((refusal) => concerns(refusal, life));
  const disturbances = [...life.freezes, ...evidence.outages, ...refusals].map(toSpan);
  return without({ from: life.startedAt, to: doomedAt(life) }, [
    ...disturbances,
    ...starvationsOf(life, evidence.probes),
    ...overloadOf(evidence),
  ]);
}

const toSpan = ({ from, to }: { from: number; to: number | null }): Span => ({ from, to: to ?? Infinity });

/** So long a worker may take to find out that its host cannot start anything. */
const NOTICES_LACK_MS = 5_000;
/** So long it may take to find out that it can again, besides as long as it lacked something: it tries ever more rarely. */
const NOTICES_PLENTY_MS = 5_000;

/** When a process lacked something and said so. One that says that it is ready is taken at its word. */
function starvationsOf({ pid, starvations }: Life, probes: readonly Probe[]): Span[] {
  if (starvations.length === 0) return [];
  const refusing = notReadySpans(probes.filter((probe) => probe.pid === pid));
  return starvations.map(toSpan).flatMap(({ from, to }) => {
    const until = to + (to - from) + NOTICES_PLENTY_MS;
    const said = refusing.map((span) => overlapOf(span, { from, to: until }));
    return [{ from, to: from + NOTICES_LACK_MS }, ...said.filter((span) => span !== null)];
  });
}

/** From the last probe that said "ready" to the next one that does. */
function notReadySpans(probes: readonly Probe[]): Span[] {
  return probes.flatMap(({ status }, i) => {
    if (status === 200) return [];
    return [{ from: probes[i - 1]?.receivedAt ?? -Infinity, to: probes[i + 1]?.sentAt ?? Infinity }];
  });
}
