import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";

/** The queues of host-runner and those of the yardsticks: where BullMQ keeps each. */
export const prefixOf = { hostRunner: "{hr}", yardstick: "bull" } as const;
export type QueueKind = keyof typeof prefixOf;

/** What BullMQ itself notes of a queue's jobs that have come to a good end. */
export interface EndedJobs {
  /** Resolves when so many have ended. */
  untilCount(count: number, patienceMs?: number): Promise<void>;
  count(): Promise<number>;
  /** When each ended (ms since the epoch), in order; the last so many. */
  times(last: number): Promise<number[]>;
}

const LOOK_EVERY_MS = 20;

/** Both sides' jobs are BullMQ's, with the time of their end as the score in the set of the completed ones. */
export function endedJobs(redis: Redis, kind: QueueKind, queue: string): EndedJobs {
  const key = `${prefixOf[kind]}:${queue}:completed`;
  return {
    count: () => redis.zcard(key),

    async untilCount(count, patienceMs = 120_000) {
      const deadline = performance.now() + patienceMs;
      for (;;) {
        const ended = await redis.zcard(key);
        if (ended >= count) return;
        if (performance.now() > deadline)
          throw new Error(`${ended} of ${count} jobs ended in ${patienceMs / 1000} s`);
        await delay(LOOK_EVERY_MS);
      }
    },

    async times(last) {
      const members = await redis.zrange(key, `-${last}`, "-1", "WITHSCORES");
      return members.filter((_, index) => index % 2 === 1).map(Number);
    },
  };
}

/** How many ended a second, once the process that ran them was warm: without the first fifth. */
export function rateOf(times: readonly number[]): number {
  const first = Math.floor(times.length / 5);
  const tookMs = times.at(-1)! - times[first]!;
  return ((times.length - 1 - first) / Math.max(tookMs, 1)) * 1000;
}
