import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import type { Log } from "./log.ts";

/** A message that was lost in a reconnect is made up for after this long. */
const POLL_MS = 2000;

/** A wish that comes while its task is on its way here is kept for this long. */
const KEEP_EARLY_MS = 30_000;

interface WishesOptions {
  redis: Redis;
  subscriber: Redis;
  keys: Keys;
  runningIds: () => string[];
  onCancel: (jobId: string) => void;
  log: Log;
}

/**
 * Hears of the wishes to cancel a running task. None is missed: a message that comes before its task has been
 * registered is kept, and the records of the running tasks are read every few seconds.
 */
export function createWishes({ redis, subscriber, keys, runningIds, onCancel, log }: WishesOptions) {
  const early = new Map<string, NodeJS.Timeout>();
  subscriber.on("message", (_channel, jobId: string) => {
    if (runningIds().includes(jobId)) onCancel(jobId);
    else keepEarly(jobId);
  });
  const subscribed = subscriber.subscribe(keys.cancelChannel);
  const polling = setInterval(poll, POLL_MS);

  return {
    async ready(): Promise<void> {
      await subscribed;
    },
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
    const jobIds = runningIds();
    if (jobIds.length === 0 || redis.status !== "ready") return;
    try {
      const wishes = await Promise.all(
        jobIds.map((jobId) => redis.hexists(keys.recordOf(jobId), "cancelRequestedAt")),
      );
      jobIds.filter((_, i) => wishes[i] === 1).forEach(onCancel);
    } catch (error) {
      log.warn({ err: error as Error }, "reading the wishes to cancel failed; trying again");
    }
  }
}
