import type { Evidence } from "../evidence/evidence.ts";
import type { Probe } from "../evidence/watch-readiness.ts";
import { heardOfStopAt, type Life, wasFrozenDuring } from "../fleet/life.ts";
import { concerns, isShuttingOut } from "../fleet/refusals.ts";
import { calmOf } from "./calm.ts";
import { BUSY_MS, overlapsAny, overloadOf, TAKES_TASKS_MS } from "./limits.ts";
import type { Violation } from "./violation.ts";

/** The API asks Redis for each answer; the worker takes it for away when it was silent for so long. */
const NOTICES_OUTAGE_MS = { api: 0, worker: 2_500, receiver: Infinity };

/** Who is refused by Redis says so. */
const NOTICES_REFUSAL_MS = 3_000;

/** Whether the readiness probes told the truth. */
export function checkReadiness(evidence: Evidence): Violation[] {
  const { probes, lives } = evidence;
  const overload = overloadOf(evidence);
  return probes.flatMap((probe) => {
    const life = lives.find(({ pid, startedAt }) => pid === probe.pid && startedAt <= probe.sentAt);
    const asked = { from: probe.sentAt, to: probe.receivedAt };
    if (!life || wasFrozenDuring(life, asked.from, asked.to) || overlapsAny(asked, overload)) return [];
    const lie = probe.status === 200 ? whyNotReady(life, probe, evidence) : whyReady(life, probe, evidence);
    if (!lie) return [];
    const said = probe.status === 200 ? "ready" : `not ready (${probe.status ?? "no answer"})`;
    const detail = `${life.name} (${life.pid}) was ${said}, though ${lie}`;
    return [{ rule: "readiness-lied", detail, at: probe.sentAt }];
  });
}

function whyNotReady(
  life: Life,
  { sentAt, receivedAt }: Probe,
  { outages, refusals }: Evidence,
): string | null {
  const outage = outages.find(
    ({ kind, from, returnsAt }) =>
      kind === "away" &&
      from + NOTICES_OUTAGE_MS[life.role] + BUSY_MS < sentAt &&
      receivedAt < (returnsAt ?? Infinity),
  );
  if (outage) return `Redis was away since ${sentAt - outage.from} ms`;
  const refusal = refusals.find(
    (refusal) =>
      concerns(refusal, life) &&
      isShuttingOut(refusal) &&
      Math.max(refusal.from, life.startedAt) + NOTICES_REFUSAL_MS + BUSY_MS < sentAt &&
      receivedAt < (refusal.to ?? Infinity),
  );
  if (refusal) return `Redis refused it (${refusal.word}) since ${sentAt - refusal.from} ms`;
  const stoppingMs = sentAt - heardOfStopAt(life);
  return stoppingMs > BUSY_MS ? `it was told to stop ${stoppingMs} ms before` : null;
}

function whyReady(life: Life, { sentAt, receivedAt }: Probe, evidence: Evidence): string | null {
  const calm = calmOf(life, evidence).find(({ from, to }) => from <= sentAt && receivedAt < to);
  const calmMs = calm ? sentAt - calm.from : 0;
  return calmMs > TAKES_TASKS_MS + BUSY_MS ? `nothing was done to it and to Redis for ${calmMs} ms` : null;
}
