import { type Execution, isEnded } from "@host-runner/contracts";
import { type Answer, executionKey } from "../evidence/answer.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { wasWellDuring } from "../fleet/life.ts";
import { finalExecutions } from "./final-executions.ts";
import { type AttemptName, findShutOut } from "./shut-out.ts";
import type { Rule, Violation } from "./violation.ts";

/** Whether at the end everything is there that was acknowledged, and has ended as it may. */
export function checkFinals(evidence: Evidence): Violation[] {
  const isShutOut = findShutOut(evidence);
  return [
    ...checkAcknowledged(evidence),
    ...checkCounts(evidence),
    ...finalExecutions(evidence).flatMap(({ taskId, final }) => [
      ...checkEnd(taskId, final, evidence),
      ...checkAttempts(taskId, final, evidence, isShutOut),
    ]),
  ];
}

/** Every execution that an answer named, and that it is still what the answers said of its end. */
function checkAcknowledged({ answers, finals }: Evidence): Violation[] {
  const found = new Map<string, Violation>();
  for (const { call, task, receivedAt: at } of answers) {
    if (!task) continue;
    const { execution } = task;
    const key = executionKey(call.taskId, execution);
    const final = finals.get(call.taskId)?.find((candidate) => candidate.execution === execution);
    if (!final) {
      found.set(key, {
        rule: "task-missing",
        detail: "it was acknowledged",
        taskId: call.taskId,
        execution,
        at,
      });
    } else if (isEnded(task.status) && (final.status !== task.status || final.attempt !== task.attempt)) {
      const detail = `${task.status} (attempt ${task.attempt}) was told, at last ${final.status} (${final.attempt})`;
      found.set(key, { rule: "end-changed", detail, taskId: call.taskId, execution, at });
    }
  }
  return [...found.values()];
}

/** Each request makes one execution at most; all that carry one key make one together. */
function checkCounts({ answers, finals }: Evidence): Violation[] {
  const makers = new Map<string, Set<Answer | string>>();
  for (const answer of answers) {
    const { call, status } = answer;
    if (call.kind !== "submit" && call.kind !== "rerun") continue;
    // A refusal has made nothing. Where the queue was unavailable, or no answer came, nobody knows.
    if (status !== null && status >= 400 && status < 500) continue;
    const key = call.kind === "submit" ? call.key : null;
    const known = makers.get(call.taskId) ?? new Set();
    makers.set(call.taskId, known.add(key ?? answer));
  }
  return [...finals].flatMap(([taskId, executions]) => {
    const numbers = (executions ?? []).map(({ execution }) => execution);
    const possible = makers.get(taskId)?.size ?? 0;
    if (numbers.length <= possible && Math.max(0, ...numbers) === numbers.length) return [];
    const detail = `it has the executions ${numbers.join(", ")}; ${possible} at most were asked for`;
    return [{ rule: "executed-twice", detail, taskId }];
  });
}

function checkEnd(taskId: string, final: Execution, { tasks }: Evidence): Violation[] {
  const breach = (rule: Rule, detail: string): Violation[] => [
    { rule, detail, taskId, execution: final.execution },
  ];
  if (!isEnded(final.status)) return breach("not-ended", `it is ${final.status}, attempt ${final.attempt}`);
  const crashes = tasks.find((task) => task.taskId === taskId)?.prompt === "mock:crash";
  const inside = ["internal", "spawn_error", "executor_unavailable"];
  return final.attempts
    .filter(({ reason }) => reason !== null && inside.includes(reason) && !crashes)
    .flatMap(({ attempt, reason, message }) =>
      breach("unexplained-reason", `attempt ${attempt} ended with ${reason}: ${message}`),
    );
}

function checkAttempts(
  taskId: string,
  final: Execution,
  { lives }: Evidence,
  isShutOut: (attempt: AttemptName) => boolean,
): Violation[] {
  const breach = (rule: Rule, detail: string): Violation[] => [
    { rule, detail, taskId, execution: final.execution },
  ];
  const numbers = final.attempts.map(({ attempt }) => attempt);
  if (numbers.some((number, i) => number !== i + 1) || numbers.length !== final.attempt) {
    return breach(
      "history-differs",
      `attempt ${final.attempt} is the last, the history has ${numbers.join(", ")}`,
    );
  }
  if (final.attempt > final.max_attempts) {
    return breach("started-too-often", `attempt ${final.attempt} of ${final.max_attempts}`);
  }
  const { cancel_requested_at } = final;
  const late = final.attempts.find(
    ({ started_at }) =>
      started_at !== null &&
      cancel_requested_at !== null &&
      Date.parse(started_at) > Date.parse(cancel_requested_at),
  );
  if (late) {
    const detail = `its cancel was requested at ${cancel_requested_at}, and a worker took attempt ${late.attempt} at ${late.started_at}`;
    return breach("started-after-cancel", detail);
  }
  return final.attempts.flatMap(({ attempt, reason, worker, started_at, finished_at }) => {
    if (reason !== "worker_lost" || started_at === null || finished_at === null) return [];
    const [from, to] = [Date.parse(started_at), Date.parse(finished_at)];
    const life = lives.find(({ pid, role }) => role === "worker" && pid === worker.pid);
    if (!life || !wasWellDuring(life, from, to)) return [];
    if (isShutOut({ taskId, execution: final.execution, attempt })) return [];
    const detail = `attempt ${attempt} counts as lost, and ${life.name} (${life.pid}) was well all the time`;
    return breach("lost-without-cause", `${detail}: ${started_at} to ${finished_at}`);
  });
}
