import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { type Log, logFault } from "./log.ts";
import type { Subscriber } from "./subscriber.ts";

/** A message that was lost in a reconnect is made up for after this long. */
const POLL_MS = 2000;

/** A cancel request that comes while its task is on its way here is kept for this long, among the newest so many. */
const KEEP_EARLY_MS = 30_000;
const MAX_EARLY = 1_000;

interface WishesOptions {
  redis: Redis;
  subscriber: Subscriber;
  keys: Keys;
  heldIds: () => string[];
  isHeld: (jobId: string) => boolean;
  onCancel: (jobId: string) => void;
  log: Log;
}

/**
 * Hears of requests to cancel a running task. None is missed: a message that comes before its task has been registered is
 * kept for a while, and the records of the running tasks are read every few seconds.
 */
export function createWishes({ redis, subscriber, keys, heldIds, isHeld, onCancel, log }: WishesOptions) {
  /** When each came, by the monotonic clock; the oldest first. */
  const early = new Map<string, number>();
  subscriber.onMessage((channel, jobId) => {
    if (channel !== keys.cancelChannel) return;
    if (isHeld(jobId)) onCancel(jobId);
    else keepEarly(jobId);
  });
  const polling = setInterval(poll, POLL_MS);

  return {
    /** Resolves when cancel requests are heard of. Rejects where Redis refuses it. */
    subscribe: () => subscriber.subscribe(keys.cancelChannel),
    /** Whether a request to cancel this task came before its lease did. */
    cameBefore(jobId: string): boolean {
      const cameAtMs = early.get(jobId);
      early.delete(jobId);
      return cameAtMs !== undefined && performance.now() - cameAtMs < KEEP_EARLY_MS;
    },
    close: () => clearInterval(polling),
  };

  /** Most are about tasks of other workers, and nobody asks for them: the oldest make room. */
  function keepEarly(jobId: string): void {
    early.delete(jobId);
    early.set(jobId, performance.now());
    const [oldest] = early.keys();
    if (early.size > MAX_EARLY && oldest !== undefined) early.delete(oldest);
  }

  async function poll(): Promise<void> {
    const jobIds = heldIds();
    if (jobIds.length === 0 || redis.status !== "ready") return;
    try {
      const wishes = await Promise.all(
        jobIds.map((jobId) => redis.hexists(keys.recordOf(jobId), "cancelRequestedAt")),
      );
      jobIds.filter((_, i) => wishes[i] === 1).forEach(onCancel);
    } catch (error) {
      logFault(log, error, "reading the cancel requests failed; trying again");
    }
  }
}
