import { bootMs } from "./boot-clock.ts";
import { type Log, logFault } from "./log.ts";
import type { ScriptRunner } from "./run-script.ts";
import { prune } from "./scripts.ts";

/** How often ended tasks are looked through. One call that removes nothing costs 0.1 ms. */
const INTERVAL_MS = 2000;

/** Removing so many blocks Redis for a few milliseconds; the rest waits for the next call. */
const BATCH = 500;

/** 10,000 a second in all, more than can end: a clock that jumps must not remove everything before somebody sees it. */
const BATCHES_PER_LOOK = 40;

/** Redis' clock may go wrong by so much between two looks before the log tells. */
const TOLD_JUMP_MS = 60_000;

export interface Retention {
  /** How long an ended task is kept. */
  retentionSeconds: number;
  /** How many ended executions are kept. */
  retentionCount: number;
}

/** Removes ended tasks with everything of theirs when their time is over, until it is stopped. */
export function startPruning(
  runner: ScriptRunner,
  { retentionSeconds, retentionCount }: Retention,
  log: Log,
): { stop(): void } {
  const args = { retentionMs: retentionSeconds * 1000, maxCount: retentionCount, batch: BATCH };
  let isPruning = false;
  let redisAheadMs: number | null = null;
  const timer = setInterval(async () => {
    if (isPruning || runner.redis.status !== "ready") return;
    isPruning = true;
    try {
      for (let batches = 0; batches < BATCHES_PER_LOOK; batches++) {
        const [removed, now] = await prune(runner, args);
        tellJump(now);
        if (removed < BATCH) break;
      }
    } catch (error) {
      logFault(log, error, "removing ended tasks failed; trying again");
    } finally {
      isPruning = false;
    }
  }, INTERVAL_MS);
  return { stop: () => clearInterval(timer) };

  /** Every instant comes from Redis' clock: whoever finds tasks gone too early has to learn of the reason. */
  function tellJump(redisNow: number): void {
    const aheadMs = redisNow - bootMs();
    const jumpMs = aheadMs - (redisAheadMs ?? aheadMs);
    redisAheadMs = aheadMs;
    if (Math.abs(jumpMs) < TOLD_JUMP_MS) return;
    const seconds = Math.round(Math.abs(jumpMs) / 1000);
    log.warn(
      {},
      `the clock of Redis' host went ${jumpMs > 0 ? "forward" : "back"} by ${seconds} s: retention and delays follow it`,
    );
  }
}
