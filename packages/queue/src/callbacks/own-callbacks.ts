import { readRedisClock } from "../redis-clock.ts";
import type { ScriptRunner } from "../run-script.ts";
import { parseJobId } from "../task-id.ts";
import { createRecentIds } from "./recent-ids.ts";

/** A task that ended longer ago has had its try: its callback waits for another one, if it is still owed. */
const LATELY_MS = 10_000;
const MAX_TASKS = 10_000;

/** Knows which tasks ended on this worker lately, and whether they still owe callbacks that are due. */
export function createOwnCallbacks({ redis, keys }: ScriptRunner) {
  const ended = createRecentIds({ lastMs: LATELY_MS, max: MAX_TASKS });
  return {
    add: (jobId: string): void => ended.add(parseJobId(jobId).encodedId),

    /** Whether one of them is due within `ms`: callbacks that another worker sends, or that failed, are due later. */
    async areDueWithin(ms: number): Promise<boolean> {
      const encodedIds = ended.all();
      if (encodedIds.length === 0) return false;
      const [now, dues] = await Promise.all([
        readRedisClock(redis),
        redis.zmscore(keys.callbacksDue, ...encodedIds),
      ]);
      return dues.some((due) => due !== null && Number(due) <= now + ms);
    },
  };
}
