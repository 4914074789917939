import { readRedisClock } from "../redis-clock.ts";
import type { ScriptRunner } from "../run-script.ts";
import { parseJobId } from "../task-id.ts";

/** A task that ended longer ago has had its try: its callback waits for another one, if it is still owed. */
const LATELY_MS = 10_000;
const MAX_TASKS = 10_000;

/** Knows which tasks ended on this worker lately, and whether they still owe callbacks that are due. */
export function createOwnCallbacks({ redis, keys }: ScriptRunner) {
  /** When each ended, by the monotonic clock; the oldest first. */
  const ended = new Map<string, number>();
  return {
    add(jobId: string): void {
      const { encodedId } = parseJobId(jobId);
      ended.delete(encodedId);
      ended.set(encodedId, performance.now());
      const [oldest] = ended.keys();
      if (ended.size > MAX_TASKS && oldest !== undefined) ended.delete(oldest);
    },

    /** Whether one of them is due within `ms`: callbacks that another worker sends, or that failed, are due later. */
    async areDueWithin(ms: number): Promise<boolean> {
      const since = performance.now() - LATELY_MS;
      for (const [encodedId, at] of ended) if (at < since) ended.delete(encodedId);
      if (ended.size === 0) return false;
      const [now, dues] = await Promise.all([
        readRedisClock(redis),
        redis.zmscore(keys.callbacksDue, ...ended.keys()),
      ]);
      return dues.some((due) => due !== null && Number(due) <= now + ms);
    },
  };
}
