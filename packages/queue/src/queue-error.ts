import { HostRunnerError } from "@host-runner/contracts";

/** Answers of a Redis that is there but cannot take writes now: each passes without a change at our side. */
const PASSING =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MISCONF|NOREPLICAS|OOM|BUSY|UNKILLABLE)\b/;

const RETRY_AFTER_SECONDS = 1;

/** Runs a call to Redis; where Redis is away or takes no writes, throws `queue_unavailable`. */
export async function reachingRedis<T>(purpose: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw toQueueError(purpose, cause);
  }
}

export function toQueueError(purpose: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof HostRunnerError) return cause;
  // An error in a script is told as "ERR ..."; it stays what it is, a fault of ours.
  const answered = cause.name === "ReplyError";
  const passing = PASSING.test(cause.message) || /\bOOM command not allowed/.test(cause.message);
  if (answered && !passing) return cause;
  return new HostRunnerError("queue_unavailable", `cannot ${purpose}: Redis is unavailable, try again`, {
    cause,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
