import type { Redis } from "ioredis";

/** Redis' clock, in ms since the epoch. All instants come from it, because the clocks of hosts differ and jump. */
export async function readRedisClock(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
