import type { Execution } from "@host-runner/contracts";
import { type Answer, executionKey, type SeenTask } from "../evidence/answer.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { LedgerLine } from "../evidence/ledger.ts";
import type { Receipt } from "../receiver/receipt.ts";
import { finalExecutions } from "./final-executions.ts";
import { groupBy } from "./group-by.ts";
import type { Violation } from "./violation.ts";

/** What an instant may be off: clocks that step are off by more. Redis' clock is the judge's. */
const TOLERANCE_MS = 2_000;

/** A time that was told, and between which times it has to be. */
interface Told {
  name: string;
  instant: string | null;
  from: number;
  to: number;
}

/** Whether the times that are told are those at which things happened. Each is told of once. */
export function checkInstants(evidence: Evidence): Violation[] {
  const { answers, ledger, receipts } = evidence;
  const askedFirst = new Map<string, number>();
  for (const { call, sentAt } of answers) {
    askedFirst.set(call.taskId, Math.min(sentAt, askedFirst.get(call.taskId) ?? Infinity));
  }
  // Not Math.max(...): a long trial has more answers than a call takes arguments.
  const now = answers.reduce((latest, { receivedAt }) => Math.max(latest, receivedAt), 0);
  const lines = groupBy(ledger, ({ taskId, execution }) => executionKey(taskId, execution));
  const arrivals = groupBy(receipts, ({ body }) => body.event_id);
  const found = new Map<string, Violation>();
  const note = (taskId: string, execution: number, told: readonly Told[]): void => {
    for (const { name, instant, from, to } of told) {
      const key = `${executionKey(taskId, execution)} ${name}`;
      const at = instant === null ? Number.NaN : Date.parse(instant);
      if (instant === null || found.has(key)) continue;
      if (at >= from - TOLERANCE_MS && at <= to + TOLERANCE_MS) continue;
      const off = at < from ? `${from - at} ms before` : `${at - to} ms after`;
      const detail = `${name} ${instant} is ${off} the time at which that can have been`;
      found.set(key, { rule: "instant-differs", detail, taskId, execution, at: Math.min(from, to) });
    }
  };
  for (const answer of answers) {
    const { call, task } = answer;
    if (task) note(call.taskId, task.execution, ofAnswer(answer, task, askedFirst.get(call.taskId) ?? 0));
  }
  for (const { taskId, final } of finalExecutions(evidence)) {
    note(taskId, final.execution, ofAttempts(final, lines.get(executionKey(taskId, final.execution)) ?? []));
    note(taskId, final.execution, ofCallbacks(final, arrivals, now));
  }
  return [...found.values()];
}

/** Nothing of a task was before anybody spoke of it, or is after the answer that tells of it. */
function ofAnswer({ receivedAt: to }: Answer, task: SeenTask, from: number): Told[] {
  const { createdAt, updatedAt, startedAt, finishedAt, cancelRequestedAt } = task;
  const created = Date.parse(createdAt);
  return [
    { name: "created_at", instant: createdAt, from, to },
    { name: "updated_at", instant: updatedAt, from: created, to },
    { name: "started_at", instant: startedAt, from: created, to },
    { name: "finished_at", instant: finishedAt, from: created, to },
    { name: "cancel_requested_at", instant: cancelRequestedAt, from: created, to },
  ];
}

/** A lease comes before its command's start, and the end of an attempt after its command's end. */
function ofAttempts({ attempts }: Execution, lines: readonly LedgerLine[]): Told[] {
  return attempts.flatMap(({ attempt, reason, started_at, finished_at }): Told[] => {
    const own = lines.filter((line) => line.attempt === attempt);
    const start = own.find(({ what }) => what === "start")?.at;
    const end = own.find(({ what }) => what === "end")?.at;
    const [first, last] = [-Infinity, Infinity];
    // The command of a lost attempt may end after it was missed.
    const ran = reason === "worker_lost" ? first : (end ?? start ?? first);
    return [
      { name: `started_at of attempt ${attempt}`, instant: started_at, from: first, to: start ?? last },
      {
        name: `finished_at of attempt ${attempt}`,
        instant: finished_at,
        from: ran,
        to: last,
      },
    ];
  });
}

/** What became of a try may be recorded long after it, when Redis is back. */
function ofCallbacks({ callbacks }: Execution, arrivals: ReadonlyMap<string, Receipt[]>, to: number): Told[] {
  return (callbacks ?? []).flatMap(({ event_id, seq, tried_at }): Told[] => {
    const [first] = arrivals.get(event_id) ?? [];
    return first ? [{ name: `tried_at of callback ${seq}`, instant: tried_at, from: first.at, to }] : [];
  });
}
