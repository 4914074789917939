import type { CallbackBody } from "@host-runner/contracts";
import type { Receipt } from "../receiver/receipt.ts";
import { mayHaveHeard } from "../receiver/ways.ts";
import { groupBy } from "./group-by.ts";
import { breach, isEnd, keyOf, nameOf } from "./receipt-breach.ts";
import type { Violation } from "./violation.ts";

/** Whether a receiver can tell callbacks apart, and believe what came last. In the order of its journal. */
export function checkCallbackOrder(receipts: readonly Receipt[]): Violation[] {
  const ofTasks = groupBy(receipts, ({ body }) => body.task_id);
  return [...checkNames(receipts), ...[...ofTasks.values()].flatMap(checkOrder)];
}

/** An event_id is one callback's, a callback has one, and an execution has one end. */
function checkNames(receipts: readonly Receipt[]): Violation[] {
  const nameOfEvent = new Map<string, string>();
  const eventOfName = new Map<string, string>();
  return receipts.flatMap((receipt) => {
    const { body } = receipt;
    // An attempt that its host could not start begins anew under the same number, at another instant.
    const what = isEnd(body) ? "end" : `running ${body.attempt} since ${body.started_at}`;
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
