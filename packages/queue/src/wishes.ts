import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { type Log, logFault } from "./log.ts";
import type { Subscriber } from "./subscriber.ts";

/** A message that was lost in a reconnect is made up for after this long. */
const POLL_MS = 2000;

/** A wish that comes while its task is on its way here is kept for this long. */
const KEEP_EARLY_MS = 30_000;

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
 * Hears of the wishes to cancel a running task. None is missed: a message that comes before its task has been
 * registered is kept, and the records of the running tasks are read every few seconds.
 */
export function createWishes({ redis, subscriber, keys, heldIds, isHeld, onCancel, log }: WishesOptions) {
  const early = new Map<string, NodeJS.Timeout>();
  subscriber.onMessage((channel, jobId) => {
    if (channel !== keys.cancelChannel) return;
    if (isHeld(jobId)) onCancel(jobId);
    else keepEarly(jobId);
  });
  const polling = setInterval(poll, POLL_MS);

  return {
    /** Resolves when cancel requests are heard of. Rejects where Redis refuses it. */
    subscribe: () => subscriber.subscribe(keys.cancelChannel),
    /** Whether the wish to cancel this task came before it was running here. */
    cameBefore(jobId: string): boolean {
      clearTimeout(early.get(jobId));
      return early.delete(jobId);
    },
    close(): void {
      clearInterval(polling);
      for (const timer of early.values()) clearTimeout(timer);
    },
  };

  function keepEarly(jobId: string): void {
    clearTimeout(early.get(jobId));
    early.set(jobId, setTimeout(() => early.delete(jobId), KEEP_EARLY_MS).unref());
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
