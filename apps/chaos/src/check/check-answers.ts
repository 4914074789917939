import { isEnded } from "@host-runner/contracts";
import { type Answer, executionKey, type SeenTask } from "../evidence/answer.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { wasFrozenDuring } from "../fleet/life.ts";
import { BUSY_MS, overlapsAny, overloadOf } from "./limits.ts";
import type { Violation } from "./violation.ts";

/** What each call may be answered with; besides that the queue may be unavailable. */
const expected: Record<Answer["call"]["kind"], readonly number[]> = {
  submit: [200, 202, 409],
  read: [200],
  cancel: [200],
  rerun: [202, 409],
  executions: [200],
};
const PASSING = [429, 503];

/** As documented; a cancel waits 3 s for the end. */
const ANSWERS_MS = 2_000;
const CANCEL_WAIT_MS = 3_000;

/** Whether the API told the truth, and the same truth each time. */
export function checkAnswers(evidence: Evidence): Violation[] {
  const { answers, lives } = evidence;
  const overload = overloadOf(evidence);
  const isExcused = (answer: Answer) =>
    wasDisturbed(answer, lives) || overlapsAny({ from: answer.sentAt, to: answer.receivedAt }, overload);
  return [
    ...answers.flatMap(judgeStatus),
    ...answers.flatMap(judgeRefusal),
    ...answers.filter((answer) => isSlow(answer) && !isExcused(answer)).map(tellSlow),
    ...checkEndsStay(answers),
    ...checkKeys(answers),
  ];
}

function judgeStatus(answer: Answer): Violation[] {
  const { call, status, problem, receivedAt: at } = answer;
  if (status === null || PASSING.includes(status) || expected[call.kind].includes(status)) return [];
  const detail = `${call.kind} was answered with ${status}: ${problem}`;
  // Nothing is asked about a task that has not been acknowledged.
  const rule = status === 404 ? "task-missing" : "unexpected-answer";
  return [{ rule, detail, taskId: call.taskId, at }];
}

function judgeRefusal({ call, api, status, retryAfter, receivedAt: at }: Answer): Violation[] {
  if (status === null || !PASSING.includes(status) || retryAfter) return [];
  const detail = `api-${api + 1} answered ${call.kind} with ${status} and no Retry-After`;
  return [{ rule: "no-retry-after", detail, taskId: call.taskId, at }];
}

function isSlow({ call, status, sentAt, receivedAt }: Answer): boolean {
  const limitMs = ANSWERS_MS + BUSY_MS + (call.kind === "cancel" ? CANCEL_WAIT_MS : 0);
  return status !== null && receivedAt - sentAt > limitMs;
}

/** An API that is frozen, or has just been started, cannot answer. */
function wasDisturbed({ api, sentAt, receivedAt }: Answer, lives: Evidence["lives"]): boolean {
  const own = lives.filter(({ name }) => name === `api-${api + 1}`);
  return own.some(
    (life) =>
      (life.startedAt >= sentAt && life.startedAt <= receivedAt) || wasFrozenDuring(life, sentAt, receivedAt),
  );
}

function tellSlow({ call, api, status, sentAt, receivedAt }: Answer): Violation {
  const detail = `api-${api + 1} answered ${call.kind} with ${status} after ${receivedAt - sentAt} ms`;
  return { rule: "slow-answer", detail, taskId: call.taskId, at: sentAt };
}

function checkEndsStay(answers: readonly Answer[]): Violation[] {
  const ends = new Map<string, SeenTask>();
  const changed = new Map<string, Violation>();
  // An answer may have been under way for long: what it says was true when it was asked for.
  for (const { call, task, sentAt } of answers) {
    if (!task) continue;
    const key = executionKey(call.taskId, task.execution);
    const first = ends.get(key);
    if (!isEnded(task.status)) continue;
    if (!first) ends.set(key, task);
    else if (describeEnd(first) !== describeEnd(task) && !changed.has(key)) {
      const detail = `it ended as ${describeEnd(first)}, later as ${describeEnd(task)}`;
      changed.set(key, {
        rule: "end-changed",
        detail,
        taskId: call.taskId,
        execution: task.execution,
        at: sentAt,
      });
    }
  }
  return [...changed.values(), ...checkNotRevived(answers)];
}

/** Asked for after an end had been told, and told as not ended. */
function checkNotRevived(answers: readonly Answer[]): Violation[] {
  const endedAt = new Map<string, number>();
  const revived = new Map<string, Violation>();
  for (const { call, task, receivedAt } of answers) {
    if (!task || !isEnded(task.status)) continue;
    const key = executionKey(call.taskId, task.execution);
    endedAt.set(key, Math.min(receivedAt, endedAt.get(key) ?? Infinity));
  }
  for (const { call, task, sentAt } of answers) {
    // The answer to a submission tells of the task as it was when it was accepted.
    if (!task || isEnded(task.status) || call.kind === "submit") continue;
    const key = executionKey(call.taskId, task.execution);
    if (sentAt <= (endedAt.get(key) ?? Infinity) || revived.has(key)) continue;
    const detail = `it had ended, and was told as ${task.status} later`;
    revived.set(key, {
      rule: "end-changed",
      detail,
      taskId: call.taskId,
      execution: task.execution,
      at: sentAt,
    });
  }
  return [...revived.values()];
}

/** Everything of an end that callers see. */
function describeEnd({ status, attempt, reason, message, exitCode, signal, finishedAt }: SeenTask): string {
  return [status, `attempt ${attempt}`, reason, message, exitCode, signal, finishedAt].join(" / ");
}

function checkKeys(answers: readonly Answer[]): Violation[] {
  const first = new Map<string, number>();
  return answers.flatMap(({ call, task, sentAt: at }) => {
    if (call.kind !== "submit" || call.key === null || !task) return [];
    const known = first.get(call.key) ?? task.execution;
    first.set(call.key, known);
    if (known === task.execution) return [];
    const detail = `its key stood for execution ${known}, later for ${task.execution}`;
    return [{ rule: "key-differs", detail, taskId: call.taskId, execution: task.execution, at }];
  });
}
