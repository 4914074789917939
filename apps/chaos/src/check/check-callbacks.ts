import type { Execution } from "@host-runner/contracts";
import { executionKey } from "../evidence/answer.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { PlannedTask } from "../plan/planned-task.ts";
import type { Receipt } from "../receiver/receipt.ts";
import { mayHaveHeard } from "../receiver/ways.ts";
import { checkCallbackOrder } from "./check-callback-order.ts";
import { finalExecutions } from "./final-executions.ts";
import { groupBy } from "./group-by.ts";
import { judgeBody, judgeMoment, judgeSender } from "./judge-receipt.ts";
import { breach, isEnd, keyOf } from "./receipt-breach.ts";
import { type AttemptName, findShutOut } from "./shut-out.ts";
import type { Violation } from "./violation.ts";

/** Whether the receiver was told what docs/callbacks.md promises. */
export function checkCallbacks(evidence: Evidence): Violation[] {
  const { receipts, tasks, ledger } = evidence;
  const plans = new Map(tasks.map((task) => [task.taskId, task]));
  const finals = new Map(
    finalExecutions(evidence).map(({ taskId, final }) => [executionKey(taskId, final.execution), final]),
  );
  const ofExecutions = groupBy(receipts, keyOf);
  const isShutOut = findShutOut(evidence);
  const isHeld = (attempt: AttemptName) => !isShutOut(attempt);
  const lines = groupBy(ledger.filter(isHeld), ({ taskId, execution }) => executionKey(taskId, execution));
  return [
    ...receipts.flatMap((receipt) => judgeSender(receipt, plans.get(receipt.body.task_id))),
    ...receipts.flatMap((receipt) =>
      judgeBody(receipt, finals.get(keyOf(receipt)), ofExecutions.get(keyOf(receipt)) ?? []),
    ),
    ...receipts.flatMap((receipt) => judgeMoment(receipt, lines.get(keyOf(receipt)) ?? [], isHeld)),
    ...checkCallbackOrder(receipts),
    ...[...finals].flatMap(([key, final]) =>
      checkTold(final, ofExecutions.get(key) ?? [], plans.get(final.task_id)),
    ),
    ...evidence.owed.map(({ task_id, execution, seq, status, state, tries, detail }): Violation => {
      const told = `seq ${seq}, ${status}, is ${state} after ${tries} tries: ${detail}`;
      return { rule: "callback-owed", detail: told, taskId: task_id, execution };
    }),
  ];
}

/** So ends an attempt whose worker may have been gone before it had told of the start. */
const WITHOUT_START = ["worker_lost", "canceled"];

/** Whether all was told of an execution that there was to tell, and the task says so. */
function checkTold(
  final: Execution,
  receipts: readonly Receipt[],
  plan: PlannedTask | undefined,
): Violation[] {
  if (!plan || plan.callbackToken === null) return [];
  const missing = (detail: string): Violation => ({
    ...{ rule: "callback-missing", detail, taskId: plan.taskId, execution: final.execution },
  });
  const events = new Set(receipts.map(({ body }) => body.event_id));
  const starts = final.attempts
    .filter(
      ({ attempt, reason }) => !WITHOUT_START.includes(reason ?? "") && !receipts.some(isStartOf(attempt)),
    )
    .map(({ attempt }) => missing(`no callback told that attempt ${attempt} was running`));
  const stored = final.callbacks ?? [];
  const unknown = receipts.filter(({ body }) => !stored.some(({ event_id }) => event_id === body.event_id));
  return [
    ...(receipts.some(({ body }) => isEnd(body))
      ? []
      : [missing(`its end, ${final.status}, was never told`)]),
    ...starts,
    ...stored
      .filter(({ event_id }) => !events.has(event_id))
      .map(({ seq, status, state }) => missing(`seq ${seq}, ${status}, is ${state} and never came`)),
    ...unknown.map((receipt) => breach("callback-differs", receipt, "is not among the task's callbacks")),
    ...stored.flatMap(({ event_id, seq, status, attempt, state, http_status }): Violation[] => {
      const said = { event_id, seq, status, attempt, state, http_status };
      const isTold = receipts.some(
        ({ body, ...receipt }) =>
          body.event_id === event_id &&
          [seq, status, attempt].join() === [body.seq, body.status, body.attempt].join() &&
          mayHaveHeard(receipt.answer),
      );
      if (!events.has(event_id) || (isTold && state === "delivered" && http_status === 204)) return [];
      const detail = `the task says ${JSON.stringify(said)}, and its receiver has not had that`;
      return [{ rule: "callback-differs", detail, taskId: plan.taskId, execution: final.execution }];
    }),
  ];
}

const isStartOf =
  (attempt: number) =>
  ({ body }: Receipt): boolean =>
    !isEnd(body) && body.attempt === attempt;
