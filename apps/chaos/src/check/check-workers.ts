import type { Attempt } from "@host-runner/contracts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Life } from "../fleet/life.ts";
import { SLOTS } from "../fleet/start-fleet.ts";
import { calmOf } from "./calm.ts";
import { finalExecutions } from "./final-executions.ts";
import { BUSY_MS, TAKES_TASKS_MS } from "./limits.ts";
import { lengthOf, overlapOf, type Span, without } from "./span.ts";
import type { Violation } from "./violation.ts";

/** The lease, and two looks for those that are lost. */
const MISSED_AFTER_LEASES = 1.5;

/** Whether the workers did in time what there was to do. */
export function checkWorkers(evidence: Evidence): Violation[] {
  const workers = evidence.lives
    .filter(({ role }) => role === "worker")
    .map((life) => ({ life, calm: calmOf(life, evidence) }));
  return [...checkMissed(evidence, workers), ...checkTaken(evidence, workers)];
}

interface CalmWorker {
  life: Life;
  calm: Span[];
}

/** A process that was just started, or has just got Redis back, needs its time. */
const afterReturn = ({ from, to }: Span): Span => ({ from: from + TAKES_TASKS_MS, to });

/** What a worker ran that died was missed in time by each other one that could look. */
function checkMissed(evidence: Evidence, workers: readonly CalmWorker[]): Violation[] {
  const limitMs = evidence.leaseMs * MISSED_AFTER_LEASES + BUSY_MS;
  return finalExecutions(evidence).flatMap(({ taskId, final: { execution, attempts } }) =>
    attempts.flatMap(({ attempt, reason, worker, finished_at }): Violation[] => {
      const dead = workers.find(({ life }) => life.pid === worker.pid)?.life;
      if (reason !== "worker_lost" || finished_at === null || !dead?.killedAt) return [];
      const unnoticed = { from: dead.killedAt, to: Date.parse(finished_at) };
      const watched = longest(
        workers.flatMap(({ calm }) => calm.map((span) => overlapOf(afterReturn(span), unnoticed))),
      );
      if (watched <= limitMs) return [];
      const tookMs = lengthOf(unnoticed);
      const detail = `${dead.name} (${dead.pid}) was killed with attempt ${attempt}, missed after ${tookMs} ms, of which another worker was well for ${watched}`;
      return [{ rule: "noticed-late", detail, taskId, execution, at: dead.killedAt }];
    }),
  );
}

/** No worker let a task wait while it had nothing to do. */
function checkTaken(evidence: Evidence, workers: readonly CalmWorker[]): Violation[] {
  const executions = finalExecutions(evidence);
  const attempts = executions.flatMap(({ final }) => final.attempts);
  const idle = workers.flatMap(({ life, calm }) =>
    idleSpans(
      calm.map((span) => (span.from === life.startedAt ? afterReturn(span) : span)),
      attempts.filter(({ worker, started_at }) => worker.pid === life.pid && started_at !== null),
    ).map((span) => ({ life, span })),
  );
  return executions.flatMap(({ taskId, final }): Violation[] => {
    const [first] = final.attempts;
    const waitedUntil = first?.started_at ?? final.finished_at;
    if (!waitedUntil) return [];
    const waiting = { from: Date.parse(final.created_at), to: Date.parse(waitedUntil) };
    for (const { life, span } of idle) {
      const ms = longest([overlapOf(span, waiting)]);
      if (ms <= TAKES_TASKS_MS + BUSY_MS) continue;
      const detail = `it waited ${lengthOf(waiting)} ms, and ${life.name} (${life.pid}) took nothing for ${ms} of them`;
      return [{ rule: "left-waiting", detail, taskId, execution: final.execution, at: waiting.from }];
    }
    return [];
  });
}

/** The stretches in which the worker had a slot free and started nothing. */
function idleSpans(calm: readonly Span[], attempts: readonly Attempt[]): Span[] {
  const spans = attempts.map(({ started_at, finished_at }) => ({
    from: Date.parse(started_at ?? ""),
    to: finished_at === null ? Infinity : Date.parse(finished_at),
  }));
  const starts = spans.map(({ from }) => ({ from, to: from }));
  const full = spans
    .map(({ from }) => ({ at: from, others: spans.filter((other) => other.from <= from && other.to > from) }))
    .filter(({ others }) => others.length >= SLOTS)
    .map(({ at, others }) => ({ from: at, to: Math.min(...others.map(({ to }) => to)) }));
  return calm.flatMap((span) => without(span, [...starts, ...full]));
}

const longest = (spans: readonly (Span | null)[]): number =>
  Math.max(0, ...spans.map((span) => (span ? lengthOf(span) : 0)));
