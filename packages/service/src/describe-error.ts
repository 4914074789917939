import { HostRunnerError } from "@host-runner/contracts";

/** Errors that JavaScript itself throws are faults of ours: their stack is what matters. */
const faults = [TypeError, ReferenceError, RangeError, SyntaxError, URIError, EvalError];

/** Whether the error's message alone tells an operator what is wrong. */
export function isSelfExplanatory(error: unknown): error is Error {
  if (error instanceof HostRunnerError) return true;
  // jest and vm contexts have their own TypeError: its name is the same.
  return error instanceof Error && !faults.some((fault) => fault.name === error.constructor.name);
}

/** One line: the message with those of its causes, unless they say the same. */
export function describeError(error: unknown): string {
  const messages: string[] = [];
  for (let cause = error; cause !== undefined && cause !== null && messages.length < 5; ) {
    const message = cause instanceof Error ? cause.message || cause.name : String(cause);
    if (!messages.some((earlier) => earlier.includes(message))) messages.push(message);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return messages.join(": ");
}
