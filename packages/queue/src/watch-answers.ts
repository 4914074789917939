import type { Redis } from "ioredis";

const ASK_MS = 1_000;

/** A connection may stand, and nobody answer: after this long without an answer Redis counts as away. */
const SILENT_MS = 2_500;

/** Asks Redis every second whether it is there, until it is stopped. */
export function watchAnswers(redis: Redis) {
  let answeredAt = Date.now();
  let asking = false;
  const timer = setInterval(() => {
    // Where Redis is away the question waits with everything else.
    if (asking) return;
    asking = true;
    redis
      .ping()
      .then(() => {
        answeredAt = Date.now();
      })
      .catch(() => {})
      .finally(() => {
        asking = false;
      });
  }, ASK_MS);
  return {
    isAnswering: () => redis.status === "ready" && Date.now() - answeredAt < SILENT_MS,
    stop: () => clearInterval(timer),
  };
}
