import type { Evidence, Sighting } from "../evidence/evidence.ts";
import type { CommandProcess } from "../evidence/processes.ts";
import { heardOfStopAt, type Life } from "../fleet/life.ts";
import { concerns, type RefusalSpan } from "../fleet/refusals.ts";
import { DRAIN_SECONDS, GRACE_SECONDS } from "../fleet/start-fleet.ts";
import { BUSY_MS, overlapsAny, overloadOf } from "./limits.ts";
import { findShutOut } from "./shut-out.ts";
import { lengthOf, type Span, without } from "./span.ts";
import type { Violation } from "./violation.ts";

/** A process that young has not said yet what SIGTERM is to do to it. */
const YOUNG_MS = 3_000;

/** The worker drains, stops what runs, and closes. Whoever has not stopped by then exits with 1. */
const STOP_MS = {
  api: 5_000,
  worker: (DRAIN_SECONDS + GRACE_SECONDS) * 1000 + 10_000,
  receiver: 1_000,
};

/** Whether processes ran and ended when they should have. */
export function checkProcesses(evidence: Evidence): Violation[] {
  const { sightings, left, lives, notReady } = evidence;
  const isExcused = (life: Life) => couldNotBegin(life, evidence);
  const overload = overloadOf(evidence);
  const isShutOut = findShutOut(evidence);
  const withoutShutOut = (sighting: Sighting): Sighting => ({
    ...sighting,
    processes: sighting.processes.filter((process) => !isShutOut(process)),
  });
  return [
    ...sightings.map(withoutShutOut).filter(isSighting).map(describeSighting),
    ...left.map((process): Violation => {
      const { taskId, execution } = process;
      return { rule: "left-running", detail: describeProcess(process), taskId, execution };
    }),
    ...lives.filter((life) => !isExcused(life)).flatMap((life) => judgeEnd(life, overload)),
    ...notReady.map((name): Violation => ({ rule: "not-ready", detail: name })),
  ];
}

/** A wrong password and a missing right end a program that starts, with a message: they may be the operator's mistake. */
const ENDS_A_START: readonly RefusalSpan["word"][] = ["NOAUTH", "WRONGPASS", "NOPERM"];

function couldNotBegin(life: Life, { refusals, probes }: Evidence): boolean {
  const { pid, startedAt, ended } = life;
  if (!ended || ended.code === null) return false;
  const wasReady = probes.some(
    (probe) => probe.pid === pid && probe.status === 200 && probe.sentAt >= startedAt,
  );
  return (
    !wasReady &&
    refusals.some(
      (refusal) =>
        ENDS_A_START.includes(refusal.word) &&
        concerns(refusal, life) &&
        refusal.from <= ended.at &&
        (refusal.to ?? Infinity) >= startedAt,
    )
  );
}

/** Whether there is something left that should not have been. */
function isSighting({ kind, processes }: Sighting): boolean {
  const attempts = new Set(processes.map(({ attempt }) => attempt));
  return attempts.size >= (kind === "overlap" ? 2 : 1);
}

function describeSighting(sighting: Sighting): Violation {
  const { kind, taskId, execution, at, lastAt, processes } = sighting;
  const which = processes.map(describeProcess).join("; ");
  if (kind === "overlap") {
    const detail = `seen for ${lastAt - at} ms: ${which}`;
    return { rule: "overlap", detail, taskId, execution, at };
  }
  const detail = `seen ${at - sighting.endedAt} to ${lastAt - sighting.endedAt} ms after its end was told: ${which}`;
  return { rule: "ran-on", detail, taskId, execution, at };
}

const describeProcess = ({ pid, attempt, state, command }: CommandProcess) =>
  `pid ${pid} (attempt ${attempt}, ${state}) ${command}`;

function judgeEnd(life: Life, overload: readonly Span[]): Violation[] {
  const { name, pid, role, ended, terminatedAt, killedAt, startedAt } = life;
  if (!ended) return [];
  const who = `${name} (${pid})`;
  const how = ended.signal ?? `exit code ${ended.code}`;
  if (terminatedAt === null) {
    if (killedAt !== null) return [];
    return [{ rule: "died-by-itself", detail: `${who} ended with ${how}`, at: ended.at }];
  }
  if (ended.signal === "SIGTERM" && awakeMs(life, { from: startedAt, to: terminatedAt }) < YOUNG_MS)
    return [];
  const { ms, frozenMs } = measureStop(life, killedAt ?? ended.at);
  const end = killedAt ?? ended.at;
  const isInTime = ms <= STOP_MS[role] + BUSY_MS || overlapsAny({ from: terminatedAt, to: end }, overload);
  // Time passes for a frozen process as well: when it goes on, the time for its stop may be over.
  const wasOverAtThaw = frozenMs > 0 && ms + frozenMs >= STOP_MS[role];
  const isGood = killedAt !== null || ended.code === 0 || (ended.code === 1 && wasOverAtThaw);
  if (isGood && isInTime) return [];
  const detail = killedAt === null ? `ended with ${how} after ${ms} ms` : `had not stopped after ${ms} ms`;
  return [{ rule: "stopped-badly", detail: `${who} ${detail}`, at: ended.at }];
}

/** How long the process worked at its stop, and for how long it was frozen in it. */
function measureStop(life: Life, to: number) {
  const stop = { from: Math.min(heardOfStopAt(life), to), to };
  const ms = awakeMs(life, stop);
  return { ms, frozenMs: lengthOf(stop) - ms };
}

function awakeMs({ freezes }: Life, span: Span): number {
  const frozen = freezes.map(({ from, to }) => ({ from, to: to ?? span.to }));
  return without(span, frozen).reduce((sum, part) => sum + lengthOf(part), 0);
}
