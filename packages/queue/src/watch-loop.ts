/** A loop with nothing to do asks for work every 5 s (BullMQ's drain delay); thrice that is no delay any more. */
const STUCK_MS = 15_000;

const CHECKS_PER_STUCK = 15;
const LATE_CHECKS = 3;

interface WatchLoopOptions {
  /** The loop; settles only when it has ended. */
  run: () => Promise<void>;
  /** Whether there is a good reason for making no progress. */
  isExcused: () => boolean;
  msSinceProgress: () => number;
  /** How long it may make none without a reason; after an excuse it has as long again. */
  stuckMs?: number;
}

/**
 * Runs a loop and watches that it makes progress: a loop that hangs while its connection answers every ping
 * is the kind of failure that no health check by ping sees.
 */
export function watchLoop({ run, isExcused, msSinceProgress, stuckMs = STUCK_MS }: WatchLoopOptions) {
  let ended = false;
  let excusedAt = Date.now();
  let fail: (error: Error) => void = () => {};
  const died = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Who does not care is not to fall over it.
  died.catch(() => {});

  run().then(
    () => {
      ended = true;
    },
    (cause) => {
      ended = true;
      fail(new Error("the loop that takes tasks has ended", { cause }));
    },
  );

  const checkMs = stuckMs / CHECKS_PER_STUCK;
  let checkedAt = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    // A check that is late itself tells of a process that was stopped, loop and all.
    if (isExcused() || now - checkedAt > LATE_CHECKS * checkMs) excusedAt = now;
    else if (!isAlive())
      fail(new Error(`the loop that takes tasks has ${ended ? "ended" : `hung for ${stuckMs / 1000} s`}`));
    checkedAt = now;
  }, checkMs);

  return { isAlive, died, stop: () => clearInterval(timer) };

  function isAlive(): boolean {
    if (ended) return false;
    return isExcused() || Math.min(msSinceProgress(), Date.now() - excusedAt) < stuckMs;
  }
}
