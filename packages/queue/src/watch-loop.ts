/** A loop with nothing to do hears from Redis every 4 s; almost four times that is no delay any more. */
const STUCK_MS = 15_000;

const CHECKS_PER_STUCK = 15;
const LATE_CHECKS = 3;

interface WatchLoopOptions {
  /** Whether there is a good reason for making no progress. */
  isExcused: () => boolean;
  msSinceProgress: () => number;
  /** How long it may make none without a reason; after an excuse it has as long again. */
  stuckMs?: number;
}

/**
 * Watches that the loop which takes tasks makes progress: one that hangs while its connection answers every ping
 * is the kind of failure that no health check by ping sees.
 */
export function watchLoop({ isExcused, msSinceProgress, stuckMs = STUCK_MS }: WatchLoopOptions) {
  let excusedAt = performance.now();
  let fail: (error: Error) => void = () => {};
  const died = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // A caller that ignores it must not crash on the rejection.
  died.catch(() => {});

  const checkMs = stuckMs / CHECKS_PER_STUCK;
  let checkedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    // A check that is late itself tells of a process that was stopped, loop and all.
    if (isExcused() || now - checkedAt > LATE_CHECKS * checkMs) excusedAt = now;
    else if (!isAlive()) fail(new Error(`the loop that takes tasks has hung for ${stuckMs / 1000} s`));
    checkedAt = now;
  }, checkMs);

  return { isAlive, died, stop: () => clearInterval(timer) };

  function isAlive(): boolean {
    return isExcused() || Math.min(msSinceProgress(), performance.now() - excusedAt) < stuckMs;
  }
}
