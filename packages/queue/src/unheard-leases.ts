import { setTimeout as pause } from "node:timers/promises";
import type { Redis } from "ioredis";
import { parseHolder } from "./holder.ts";
import type { ScriptRunner } from "./run-script.ts";
import { giveBack } from "./scripts.ts";

/** For the answers that are on their way when the connection stands again. */
const SETTLE_MS = 1000;

/**
 * Gives back the tasks that were leased to this worker by an answer that it never got, because the connection
 * was cut. Resolves with how many those were.
 */
export async function giveBackUnheard(
  runner: ScriptRunner,
  { workerId, isRunning }: { workerId: string; isRunning: (jobId: string) => boolean },
): Promise<number> {
  const mine = await leasesOf(runner, workerId);
  // Answers come in order: what was leased before this look has been heard of after it, or never.
  await pause(SETTLE_MS);
  const unheard = mine.filter(({ jobId }) => !isRunning(jobId));
  const answers = await Promise.all(unheard.map((lease) => giveBack(runner, lease)));
  return answers.filter((answer) => answer === "given-back").length;
}

async function leasesOf({ redis, keys }: { redis: Redis; keys: ScriptRunner["keys"] }, workerId: string) {
  const jobIds = await redis.lrange(keys.active, 0, -1);
  const records = await Promise.all(
    jobIds.map((jobId) => redis.hmget(keys.recordOf(jobId), "pb", "ats", "processedOn")),
  );
  return jobIds
    .map((jobId, i) => {
      const [holder, attempt, startedOn] = records[i] ?? [];
      return { jobId, holder: holder ?? "", attempt: Number(attempt), startedOn: Number(startedOn) };
    })
    .filter(({ holder }) => parseHolder(holder).id === workerId);
}
