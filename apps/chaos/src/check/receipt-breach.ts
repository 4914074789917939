import type { CallbackBody } from "@host-runner/contracts";
import { executionKey } from "../evidence/answer.ts";
import type { Receipt } from "../receiver/receipt.ts";
import type { Rule, Violation } from "./violation.ts";

/** Of the execution that a callback tells of. */
export const keyOf = ({ body }: Receipt): string => executionKey(body.task_id, body.execution);
export const isEnd = ({ status }: Pick<CallbackBody, "status">): boolean => status !== "running";
/** For people. */
export const nameOf = ({ status, execution, attempt, seq }: CallbackBody): string =>
  `${status} of ${execution}.${attempt} (seq ${seq})`;

/** What is wrong with a callback that came. */
export function breach(rule: Rule, { body, at }: Receipt, detail: string): Violation {
  const { task_id: taskId, execution } = body;
  return { rule, detail: `${nameOf(body)} ${detail}`, taskId, execution, at };
}
