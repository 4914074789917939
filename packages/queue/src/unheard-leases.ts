import { setTimeout as pause } from "node:timers/promises";
import type { Redis } from "ioredis";
import { parseHolder } from "./holder.ts";
import type { ScriptRunner } from "./run-script.ts";
import { giveBack } from "./scripts.ts";

/** For the answers that are on their way when the connection stands again. */
const SETTLE_MS = 1000;

/** What tells one lease from every other. */
export interface LeaseName {
  jobId: string;
  attempt: number;
  /** In ms since the epoch by Redis' clock: an attempt that was given back is leased once more. */
  startedOn: number;
}

/**
 * Gives back the tasks that were leased to this worker by an answer that it never received, because the connection was
 * cut. `wasReceived` knows every lease whose answer has come, whatever became of its attempt. Resolves with the number
 * of leases given back.
 */
export async function giveBackUnheard(
  runner: ScriptRunner,
  { workerId, wasReceived }: { workerId: string; wasReceived: (lease: LeaseName) => boolean },
): Promise<number> {
  const unknown = (await leasesOf(runner, workerId)).filter((lease) => !wasReceived(lease));
  if (unknown.length === 0) return 0;
  // Answers come in order: a lease from before this look has arrived by then, or never will.
  await pause(SETTLE_MS);
  const unheard = unknown.filter((lease) => !wasReceived(lease));
  const answers = await Promise.all(unheard.map((lease) => giveBack(runner, lease)));
  return answers.filter((answer) => answer !== "changed").length;
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
