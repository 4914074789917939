import type { Log } from "./log.ts";
import type { ScriptRunner } from "./run-script.ts";
import { prune } from "./scripts.ts";

/** How often ended tasks are looked through. One call that removes nothing costs 0.1 ms. */
const INTERVAL_MS = 2000;

/** Removing this many blocks Redis for a few milliseconds; the rest waits for the next call. */
const BATCH = 500;

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
  let pruning = false;
  const timer = setInterval(async () => {
    if (pruning || runner.redis.status !== "ready") return;
    pruning = true;
    try {
      while ((await pruneBatch()) === BATCH);
    } catch (error) {
      log.warn({ err: error as Error }, "removing ended tasks failed; trying again");
    } finally {
      pruning = false;
    }
  }, INTERVAL_MS);
  return { stop: () => clearInterval(timer) };

  function pruneBatch(): Promise<number> {
    const endedBefore = Date.now() - retentionSeconds * 1000;
    return prune(runner, { endedBefore, maxCount: retentionCount, batch: BATCH });
  }
}
