import type { EndedStatus } from "@host-runner/contracts";
import { type Log, logFault } from "./log.ts";
import { canceledOutcome, lostOutcome } from "./outcomes.ts";
import { projectTask } from "./project-task.ts";
import type { ScriptRunner } from "./run-script.ts";
import { reclaimLost } from "./scripts.ts";
import { parseJobId } from "./task-id.ts";
import type { Observe } from "./transition.ts";
import type { RedisWatch } from "./watch-redis.ts";

type Verdict = "requeued" | "failed" | "canceled";

const messages: Record<Verdict, string> = {
  requeued: "the worker of a running task is gone: the task waits for its next attempt",
  failed: "the worker of a running task is gone: the task has failed",
  canceled: "the worker of a task that was to be canceled is gone: the task is canceled",
};

/** Between two looks of the whole fleet. Less than a worker's own: the mark of its last look must not hide its next. */
const FLEET_SHARE_OF_LOOK = 0.8;

/** After an outage or a refusal other workers may hear of its end a second later, and only then hold their leases again. */
const RETURN_MS = 2_000;

interface ReclaimingOptions {
  watch: RedisWatch;
  /** Between two looks of this worker. */
  intervalMs: number;
  observe: Observe;
  log: Log;
}

/** Looks, with all other workers in turn, for running tasks whose worker is gone. */
export function startReclaiming(
  runner: ScriptRunner,
  { watch, intervalMs, observe, log }: ReclaimingOptions,
): { stop(): void } {
  const timer = setInterval(look, intervalMs);
  return { stop: () => clearInterval(timer) };

  async function look(): Promise<void> {
    if (watch.wellForMs() < RETURN_MS) return;
    try {
      const reclaimed = await reclaimLost(runner, {
        intervalMs: Math.floor(intervalMs * FLEET_SHARE_OF_LOOK),
        lost: lostOutcome,
        canceled: canceledOutcome,
      });
      for (let i = 0; i < reclaimed.length; i += 2) {
        await tell(reclaimed[i]!, reclaimed[i + 1] as Verdict);
      }
    } catch (error) {
      logFault(log, error, "looking for lost workers failed; trying again");
    }
  }

  async function tell(jobId: string, verdict: Verdict): Promise<void> {
    log.warn({ job: jobId }, messages[verdict]);
    observe({ type: "worker-lost" });
    if (verdict === "requeued") return;
    const status: EndedStatus = verdict;
    const record = await runner.redis.hgetall(runner.keys.recordOf(jobId));
    const { executor } = projectTask(record, parseJobId(jobId).execution);
    observe({ type: "ended", status, executor, runMs: null, cancelMs: null });
  }
}
