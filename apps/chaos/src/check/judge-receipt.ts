import type { CallbackBody, Execution } from "@host-runner/contracts";
import { endOf } from "../evidence/answer.ts";
import type { LedgerLine } from "../evidence/ledger.ts";
import type { PlannedTask } from "../plan/planned-task.ts";
import type { Receipt } from "../receiver/receipt.ts";
import { breach, isEnd } from "./receipt-breach.ts";
import type { AttemptName } from "./shut-out.ts";
import type { Violation } from "./violation.ts";

/** Whether it was wanted, and shows who sends it. */
export function judgeSender(receipt: Receipt, plan: PlannedTask | undefined): Violation[] {
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

/** Whether it says what the task says in the end. `others` has all receipts of the same execution. */
export function judgeBody(
  receipt: Receipt,
  final: Execution | undefined,
  others: readonly Receipt[],
): Violation[] {
  const { body } = receipt;
  if (!final) return [breach("callback-differs", receipt, "tells of an execution that does not exist")];
  // An attempt that was given back before anything was started begins anew, under the same number.
  const isAnew = others.some(
    ({ body: other }) => !isEnd(other) && other.attempt === body.attempt && other.seq > body.seq,
  );
  if (!isEnd(body) && isAnew) return [];
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

/** Whether an end was told when nothing ran any more of the attempts that somebody could hold to it. */
export function judgeMoment(
  receipt: Receipt,
  lines: readonly LedgerLine[],
  isHeld: (attempt: AttemptName) => boolean,
): Violation[] {
  const { body, at, running } = receipt;
  if (!isEnd(body)) return [];
  const seen = running
    .filter(isHeld)
    .map(({ pid, attempt, command }) => `while pid ${pid} ran (attempt ${attempt}) ${command}`);
  const noted = lines
    .filter((line) => line.at > at + ROUNDING_MS)
    .map((line) => `${Math.round(line.at - at)} ms before the ${line.what} of attempt ${line.attempt}`);
  return [...seen, ...noted].map((problem) => breach("callback-too-early", receipt, `came ${problem}`));
}
