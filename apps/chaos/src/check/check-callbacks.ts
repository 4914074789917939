import type { CallbackBody, Execution } from "@host-runner/contracts";
import { endOf, executionKey } from "../evidence/answer.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { LedgerLine } from "../evidence/ledger.ts";
import type { PlannedTask } from "../plan/planned-task.ts";
import type { Receipt } from "../receiver/receipt.ts";
import { mayHaveHeard } from "../receiver/ways.ts";
import { finalExecutions } from "./final-executions.ts";
import type { Rule, Violation } from "./violation.ts";

/** Whether the receiver was told what docs/callbacks.md promises, in the order of its journal. */
export function checkCallbacks(evidence: Evidence): Violation[] {
  const { receipts, tasks, ledger } = evidence;
  const plans = new Map(tasks.map((task) => [task.taskId, task]));
  const finals = new Map(
    finalExecutions(evidence).map(({ taskId, final }) => [executionKey(taskId, final.execution), final]),
  );
  const ofExecutions = groupBy(receipts, keyOf);
  const lines = groupBy(ledger, ({ taskId, execution }) => executionKey(taskId, execution));
  return [
    ...receipts.flatMap((receipt) => judgeSender(receipt, plans.get(receipt.body.task_id))),
    ...receipts.flatMap((receipt) => judgeBody(receipt, finals.get(keyOf(receipt)))),
    ...receipts.flatMap((receipt) => judgeMoment(receipt, lines.get(keyOf(receipt)) ?? [])),
    ...checkNames(receipts),
    ...[...groupBy(receipts, ({ body }) => body.task_id).values()].flatMap(checkOrder),
    ...[...finals].flatMap(([key, final]) =>
      checkTold(final, ofExecutions.get(key) ?? [], plans.get(final.task_id)),
    ),
    ...evidence.owed.map(({ task_id, execution, seq, status, state, tries, detail }): Violation => {
      const told = `seq ${seq}, ${status}, is ${state} after ${tries} tries: ${detail}`;
      return { rule: "callback-owed", detail: told, taskId: task_id, execution };
    }),
  ];
}

const keyOf = ({ body }: Receipt): string => executionKey(body.task_id, body.execution);
const isEnd = ({ status }: Pick<CallbackBody, "status">): boolean => status !== "running";
const nameOf = ({ status, execution, attempt, seq }: CallbackBody): string =>
  `${status} of ${execution}.${attempt} (seq ${seq})`;

function breach(rule: Rule, { body, at }: Receipt, detail: string): Violation {
  const { task_id: taskId, execution } = body;
  return { rule, detail: `${nameOf(body)} ${detail}`, taskId, execution, at };
}

/** Whether it was wanted, and shows who sends it. */
function judgeSender(receipt: Receipt, plan: PlannedTask | undefined): Violation[] {
  const { token, isSigned, webhookId, body } = receipt;
  if (!plan || plan.callbackToken === null)
    return [breach("callback-unasked", receipt, "came, and nobody asked")];
  const problems = [
    ...(token === plan.callbackToken ? [] : [`has the token ${JSON.stringify(token)}`]),
    ...(isSigned ? [] : ["has no valid signature"]),
    ...(webhookId === body.event_id ? [] : [`has the webhook-id ${webhookId} and another event_id`]),
  ];
  return problems.map((problem) => breach("callback-unproven", receipt, problem));
}

/** What an end says, as the task has it. */
const FIELDS = [
  ...(["run_id", "status", "message", "reason", "attempt"] as const),
  ...(["started_at", "finished_at", "exit_code", "signal"] as const),
];

function judgeBody(receipt: Receipt, final: Execution | undefined): Violation[] {
  const { body } = receipt;
  if (!final) return [breach("callback-differs", receipt, "tells of an execution that does not exist")];
  const problems = isEnd(body) ? differencesOfEnd(body, final) : differencesOfStart(body, final);
  return problems.map((problem) => breach("callback-differs", receipt, problem));
}

function differencesOfEnd(body: CallbackBody, final: Execution): string[] {
  const fields = FIELDS.filter((field) => body[field] !== final[field]).map(
    (field) => `has ${field} ${JSON.stringify(body[field])}, the task ${JSON.stringify(final[field])}`,
  );
  const outputs = (["stdout", "stderr"] as const).filter((stream) => body[stream] !== endOf(final[stream]));
  return [...fields, ...outputs.map((stream) => `has another ${stream} than the task`)];
}

function differencesOfStart(body: CallbackBody, final: Execution): string[] {
  const attempt = final.attempts.find(({ attempt: number }) => number === body.attempt);
  if (!attempt) return ["tells of an attempt that is not in the task's history"];
  const said = [body.run_id, body.started_at, body.message, body.exit_code, body.reason, body.finished_at];
  const known = [final.run_id, attempt.started_at, "running", null, null, null];
  return said.every((value, i) => value === known[i])
    ? []
    : [`says ${JSON.stringify(said)}, the task knows ${JSON.stringify(known)}`];
}

/** The ledger counts in microseconds, the receiver in milliseconds. */
const ROUNDING_MS = 1;

/** An end is told when nothing runs any more. */
function judgeMoment(receipt: Receipt, lines: readonly LedgerLine[]): Violation[] {
  const { body, at, running } = receipt;
  if (!isEnd(body)) return [];
  const seen = running.map(
    ({ pid, attempt, command }) => `while pid ${pid} ran (attempt ${attempt}) ${command}`,
  );
  const noted = lines
    .filter((line) => line.at > at + ROUNDING_MS)
    .map((line) => `${Math.round(line.at - at)} ms before the ${line.what} of attempt ${line.attempt}`);
  return [...seen, ...noted].map((problem) => breach("callback-too-early", receipt, `came ${problem}`));
}

/** An event_id is one callback's, a callback has one, and an execution has one end. */
function checkNames(receipts: readonly Receipt[]): Violation[] {
  const nameOfEvent = new Map<string, string>();
  const eventOfName = new Map<string, string>();
  return receipts.flatMap((receipt) => {
    const { body } = receipt;
    const what = isEnd(body) ? "end" : `running ${body.attempt}`;
    const name = `${keyOf(receipt)} ${what}`;
    const event = body.event_id;
    const callback = `${name} ${nameOf(body)}`;
    const [knownName, knownEvent] = [nameOfEvent.get(event) ?? callback, eventOfName.get(name) ?? event];
    nameOfEvent.set(event, knownName);
    eventOfName.set(name, knownEvent);
    if (knownName !== callback)
      return [breach("callback-doubled", receipt, `has the event_id of ${knownName}`)];
    if (knownEvent === event) return [];
    return [breach("callback-doubled", receipt, `came as ${event}, and before as ${knownEvent}`)];
  });
}

/**
 * The receipts of one task. Each callback waits until the one before was taken: none is sent before that, and none again
 * after it.
 */
function checkOrder(receipts: readonly Receipt[]): Violation[] {
  let last: Receipt | null = null;
  let isTaken = true;
  return receipts.flatMap((receipt) => {
    const before: Receipt | null = last;
    const wasTaken: boolean = isTaken;
    const isAgain = before?.body.event_id === receipt.body.event_id;
    last = receipt;
    isTaken = mayHaveHeard(receipt.answer) || (isAgain && wasTaken);
    if (!before || isAgain) return [];
    const name = nameOf(before.body);
    if (receipt.body.seq <= before.body.seq || isOlder(receipt.body, before.body)) {
      return [breach("callback-disordered", receipt, `came after ${name}`)];
    }
    return wasTaken ? [] : [breach("callback-disordered", receipt, `came before ${name} was taken`)];
  });
}

/** Whether the one tells of an earlier moment than the other, whatever their numbers say. */
function isOlder(body: CallbackBody, other: CallbackBody): boolean {
  if (body.execution !== other.execution) return body.execution < other.execution;
  return isEnd(other) || body.attempt < other.attempt;
}

/** By these an attempt ends that nobody has lost: its worker told of its start. */
const OWN_ENDS = [null, "exit_code", "signal", "timeout"];

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
    .filter(({ attempt, reason }) => OWN_ENDS.includes(reason) && !receipts.some(isStartOf(attempt)))
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

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
