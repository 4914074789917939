import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";

/** Tasks that have not ended: ready to be started, waiting for a later instant, running. */
export interface QueueDepth {
  waiting: number;
  delayed: number;
  running: number;
}

/** A moment's truth, in one round trip. */
export async function readDepth(redis: Redis, keys: Keys): Promise<QueueDepth> {
  const [waiting, delayed, running] = await Promise.all([
    redis.zcard(keys.prioritized),
    redis.zcard(keys.delayed),
    redis.llen(keys.active),
  ]);
  return { waiting, delayed, running };
}
