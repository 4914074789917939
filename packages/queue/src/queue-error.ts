import { HostRunnerError } from "@host-runner/contracts";
import { describeRefusal, refusalOf } from "./redis-refusal.ts";

const RETRY_AFTER_SECONDS = 1;

/** Runs a call to Redis. Where Redis is away or refuses the call for now, throws `queue_unavailable`. */
export async function reachingRedis<T>(purpose: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw toQueueError(purpose, cause);
  }
}

export function toQueueError(purpose: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof HostRunnerError) return cause;
  const refusal = refusalOf(cause);
  // Every other answer of Redis is an error in a script or a call of ours, and stays what it is.
  if (refusal === null && cause.name === "ReplyError") return cause;
  const state = refusal === null ? "is unavailable" : `refuses it (${refusal})`;
  return new HostRunnerError("queue_unavailable", `cannot ${purpose}: Redis ${state}, try again`, {
    cause: refusal === null ? cause : new Error(describeRefusal(cause.message)),
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
