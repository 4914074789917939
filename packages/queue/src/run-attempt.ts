/**
 * What happens to a lease from its grant to its end: it is confirmed, the handler runs, and its outcome is recorded.
 */
import { defaultRunId, type Outcome, type StopReason, type StopSignal } from "@host-runner/contracts";
import { startAttempt } from "./callbacks/callback-scripts.ts";
import type { Holder } from "./holder.ts";
import type { Lease } from "./lease.ts";
import type { Log } from "./log.ts";
import { internalOutcome } from "./outcomes.ts";
import { formatParts } from "./output-parts.ts";
import { bytesOf, createOutputQueue, type OutputBatch, type OutputWriter } from "./output-writer.ts";
import type { StoredSubmission } from "./project-task.ts";
import type { ScriptRunner } from "./run-script.ts";
import type { TakenTask } from "./scripts.ts";
import { parseJobId } from "./task-id.ts";
import type { Observe } from "./transition.ts";
import { untilRedisTakesIt } from "./until-redis-takes-it.ts";

/** One attempt of a task, leased to this worker. */
export interface LeasedTask {
  taskId: string;
  runId: string;
  execution: number;
  attempt: number;
  /** After this instant (ms since the epoch) nothing may be started: the lease may have gone unnoticed. */
  startBefore: number;
  submission: StoredSubmission;
}

/**
 * Runs one attempt to its end and says how it ended; nothing of the attempt may run any more when the promise settles.
 * The signal is aborted with a `StopReason`: "cancel", "lease_lost", one of those that the consumer's `stopAll` was called
 * with, or one that the handler itself gave to `stop`; the first one stays. What the attempt writes goes to `output`,
 * for whoever watches.
 */
export type TaskHandler = (
  task: LeasedTask,
  signal: StopSignal,
  output: OutputWriter,
  stop: (reason: StopReason) => void,
) => Promise<Outcome>;

/** Who watches is told of a start after this long: the end of what is over by then says it all. */
const TELL_START_MS = 2;

interface AttemptOptions {
  runner: ScriptRunner;
  holder: Holder;
  handle: TaskHandler;
  leaseMs: number;
  outputKeepBytes: number;
  /** Aborted when the worker's connections end. */
  abandoned: AbortSignal;
  observe: Observe;
  log: Log;
}

/**
 * Resolves when the outcome is recorded, or counts for nothing. `onOver` is called when nothing of the attempt runs any
 * more and the outcome is on its way to Redis: what is sent then follows it.
 */
export async function runAttempt(
  taken: TakenTask,
  lease: Lease,
  onOver: () => void,
  { runner, holder, handle, leaseMs, outputKeepBytes, abandoned, observe, log }: AttemptOptions,
): Promise<void> {
  const { taskId } = taken;
  const { jobId, attempt } = taken.claim;
  const submission = JSON.parse(taken.data) as StoredSubmission;
  const { attempts = 1 } = JSON.parse(taken.opts) as { attempts?: number };
  const task: LeasedTask = {
    taskId,
    runId: submission.run_id ?? defaultRunId(taskId),
    execution: parseJobId(jobId).execution,
    attempt,
    startBefore: await confirm(taken, lease, leaseMs),
    submission,
  };
  const startedAt = Date.now();
  const telling = tellStart(runner, jobId, task, { abandoned, log });
  const executor = task.submission.executor ?? holder.executor;
  if (task.attempt === 1) {
    observe({ type: "started", executor, waitMs: Math.max(0, startedAt - taken.submittedAt) });
  }
  const output = createOutputQueue({
    runner,
    jobId,
    attempt: task.attempt,
    // All attempts of an execution share what is kept of it.
    keepBytes: outputKeepBytes / attempts,
    abandoned,
    onStored: (bytes) => observe({ type: "output", bytes }),
    log,
  });
  const outcome = await handle(task, lease.signal, output, lease.abort).catch((error: unknown) => {
    log.error({ err: error as Error, taskId }, "running the task failed inside host-runner");
    return internalOutcome;
  });
  const last = await output.close();
  await telling.done();
  if (lease.signal.reason === "lease_lost") return;

  // Certainly the only attempt: what it wrote is all that the task keeps.
  const isOnly = task.attempt === 1 && (attempts === 1 || outcome.status === "success");
  const recording = lease.finish(outcome, last, isOnly ? partsOf(last, outcome) : null);
  onOver();
  const status = await recording;
  if (status === "lost") return;
  if (last.entries.length > 0) observe({ type: "output", bytes: bytesOf(last) });
  if (status === "requeued") return;
  const cancelMs = status === "canceled" ? Date.now() - (lease.stoppedAt() ?? Date.now()) : null;
  observe({ type: "ended", status, executor, runMs: Date.now() - startedAt, cancelMs });
}

function partsOf({ isAll, entries }: OutputBatch, outcome: Outcome): string | null {
  return isAll ? formatParts(entries, outcome) : null;
}

/** The instant up to which the lease is certain enough to start something. */
async function confirm({ startedOn }: TakenTask, lease: Lease, leaseMs: number): Promise<number> {
  if (Date.now() - startedOn < leaseMs / 4) return startedOn + leaseMs / 2;
  // Redis was away when the task was asked for, or this process was stopped: the lease is younger than it
  // looks, or gone.
  const asked = Date.now();
  return (await lease.renew()) ? asked + leaseMs / 2 : 0;
}

/** Tells those who watch, and owes a callback where one is wanted: that has to be recorded before the end is. */
function tellStart(
  runner: ScriptRunner,
  jobId: string,
  { runId, attempt, submission }: LeasedTask,
  { abandoned, log }: Pick<AttemptOptions, "abandoned" | "log">,
): { done(): Promise<unknown> } {
  const { redis, keys } = runner;
  const timer = setTimeout(() => {
    redis.publish(keys.changedChannel(jobId), "running").catch(() => {});
    redis.publish(keys.runChannel(runId), jobId).catch(() => {});
  }, TELL_START_MS);
  const owed =
    submission.status_callback_url === undefined
      ? null
      : untilRedisTakesIt({ purpose: "record that a callback is owed", log, abandoned }, () =>
          startAttempt(runner, { jobId, attempt, now: Date.now() }),
        );
  // It is awaited when the attempt is over.
  owed?.catch(() => {});
  return {
    async done() {
      clearTimeout(timer);
      await owed;
    },
  };
}
