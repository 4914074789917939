import { type Execution, isEnded } from "@host-runner/contracts";
import { executionKey } from "../evidence/answer.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { LedgerLine } from "../evidence/ledger.ts";
import { calmOf } from "./calm.ts";
import { finalExecutions } from "./final-executions.ts";
import { groupBy } from "./group-by.ts";
import { BUSY_MS } from "./limits.ts";
import type { Rule, Violation } from "./violation.ts";

/** Whether the commands did what was told of them. */
export function checkLedger(evidence: Evidence): Violation[] {
  const lines = groupBy(evidence.ledger, ({ taskId, execution }) => executionKey(taskId, execution));
  return [
    ...finalExecutions(evidence).flatMap(({ taskId, final }) =>
      checkExecution(taskId, final, lines.get(executionKey(taskId, final.execution)) ?? []),
    ),
    ...checkStartsAfterAnswers(evidence, lines),
    ...checkStartsOfCanceled(evidence, lines),
  ];
}

function checkExecution(taskId: string, final: Execution, lines: LedgerLine[]): Violation[] {
  const breach = (rule: Rule, detail: string): Violation[] => [
    { rule, detail, taskId, execution: final.execution },
  ];
  const starts = lines.filter(({ what }) => what === "start");
  const attempts = starts.map(({ attempt }) => attempt);
  const violations: Violation[] = [];
  if (starts.length > final.max_attempts || new Set(attempts).size < starts.length) {
    const allowed = `max_attempts is ${final.max_attempts}`;
    violations.push(
      ...breach("started-too-often", `${allowed}, its attempts started: ${attempts.join(", ")}`),
    );
  }
  const unknown = attempts.filter((attempt) => attempt > final.attempt);
  if (unknown.length > 0) {
    const detail = `attempt ${unknown.join(", ")} started, and ${final.attempt} is told as the last`;
    violations.push(...breach("history-differs", detail));
  }
  if (final.executor !== "shell" || !isEnded(final.status)) return violations;

  const end = lines.find(({ what, attempt }) => what === "end" && attempt === final.attempt);
  if (final.status === "success") {
    if (!end)
      return [...violations, ...breach("success-without-end", "the ledger has no end of its last attempt")];
    const printed = `done ${final.execution} ${final.attempt}\n`;
    if (!final.stdout?.endsWith(printed)) {
      const detail = `its stdout ends in ${JSON.stringify(final.stdout?.slice(-40))}`;
      violations.push(...breach("result-differs", detail));
    }
  }
  const told = final.status === "success" || final.reason === "exit_code" ? final.exit_code : null;
  if (told !== null && told !== (end?.exitCode ?? null)) {
    const detail = `exit code ${told} was told, the command ended with ${end?.exitCode ?? "none"}`;
    violations.push(...breach("result-differs", detail));
  }
  return violations;
}

/** A start that is younger than an answer which ruled it out. */
function checkStartsAfterAnswers(
  { answers }: Evidence,
  linesOf: ReadonlyMap<string, LedgerLine[]>,
): Violation[] {
  const found = new Map<string, Violation>();
  for (const { call, task, receivedAt } of answers) {
    if (!task) continue;
    const { execution } = task;
    const later = (linesOf.get(executionKey(call.taskId, execution)) ?? []).filter(
      ({ what, at }) => what === "start" && at > receivedAt,
    );
    const afterEnd = isEnded(task.status) ? later[0] : undefined;
    const wished = call.kind === "cancel" && task.cancelRequestedAt !== null;
    const afterCancel = wished ? later.find(({ attempt }) => attempt > task.attempt) : undefined;
    for (const [rule, line] of [
      ["started-after-end", afterEnd],
      ["started-after-cancel", afterCancel],
    ] as const) {
      const key = `${rule} ${executionKey(call.taskId, execution)}`;
      if (!line || found.has(key)) continue;
      const detail = `attempt ${line.attempt} started ${Math.round(line.at - receivedAt)} ms after the answer`;
      found.set(key, { rule, detail, taskId: call.taskId, execution, at: line.at });
    }
  }
  return [...found.values()];
}

/**
 * An attempt that was told as running with its cancel, and whose command starts after that: it was given back, and is taken
 * again. Its worker may have had it all the time where it could not hear of the cancel.
 */
function checkStartsOfCanceled(evidence: Evidence, linesOf: ReadonlyMap<string, LedgerLine[]>): Violation[] {
  const finals = new Map(
    finalExecutions(evidence).map(({ taskId, final }) => [executionKey(taskId, final.execution), final]),
  );
  return evidence.answers.flatMap(({ call, task, receivedAt }): Violation[] => {
    if (call.kind !== "cancel" || !task || task.cancelRequestedAt === null || isEnded(task.status)) return [];
    const key = executionKey(call.taskId, task.execution);
    const start = linesOf.get(key)?.find(({ what, attempt, at }) => {
      return what === "start" && attempt === task.attempt && at > receivedAt + BUSY_MS;
    });
    if (!start) return [];
    const worker = finals.get(key)?.attempts.find(({ attempt }) => attempt === start.attempt)?.worker;
    const life = evidence.lives.find(({ pid, role }) => role === "worker" && pid === worker?.pid);
    const couldHear =
      !life || calmOf(life, evidence).some(({ from, to }) => from <= receivedAt && to >= start.at);
    if (!couldHear) return [];
    const detail = `attempt ${start.attempt} started ${Math.round(start.at - receivedAt)} ms after its cancel was told`;
    return [
      {
        ...{ rule: "started-after-cancel", detail, taskId: call.taskId },
        ...{ execution: task.execution, at: start.at },
      },
    ];
  });
}
