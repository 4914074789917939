/**
 * What happens to a lease from its grant to its end: it is confirmed, the handler runs, and its outcome is recorded.
 */
import { defaultRunId, type Outcome, type StopReason, type StopSignal } from "@host-runner/contracts";
import { bootMs } from "./boot-clock.ts";
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
import type { Observe, Transition } from "./transition.ts";
import { untilRedisTakesIt } from "./until-redis-takes-it.ts";

/** One attempt of a task, leased to this worker. */
export interface LeasedTask {
  taskId: string;
  runId: string;
  execution: number;
  attempt: number;
  /** Whether the lease is certain enough to start something now: it may have expired unnoticed. */
  mayStart: () => boolean;
  submission: StoredSubmission;
}

/** Nothing of the attempt was started, and the task is not to blame: it goes back to the line. */
export interface NotStarted {
  kind: "not-started";
  /** A fault of the host, such as no free process ids, in one line; null where the lease was too old. */
  hostFault: string | null;
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
) => Promise<Outcome | NotStarted>;

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
  /** Told of a task that has ended and owes a callback for that. */
  onCallbackOwed: (jobId: string) => void;
  /** Told whether the host could start the attempt: null, or what was wrong. */
  onHostFault: (problem: string | null) => void;
  observe: Observe;
  log: Log;
}

/**
 * Resolves when the outcome is recorded, or counts for nothing, or the task is given back. `onOver` is called when nothing
 * of the attempt runs any more and the call that says so is on its way to Redis: later calls follow it.
 */
export async function runAttempt(
  taken: TakenTask,
  lease: Lease,
  onOver: () => void,
  {
    runner,
    holder,
    handle,
    leaseMs,
    outputKeepBytes,
    abandoned,
    onCallbackOwed,
    onHostFault,
    observe,
    log,
  }: AttemptOptions,
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
    mayStart: await confirm(taken, lease, leaseMs),
    submission,
  };
  const startedAt = performance.now();
  const telling = tellStart(runner, jobId, task, { abandoned, log });
  const executor = task.submission.executor ?? holder.executor;
  if (task.attempt === 1) {
    observe({ type: "started", executor, waitMs: Math.max(0, taken.startedOn - taken.submittedAt) });
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
  if ("kind" in outcome) {
    await giveBackUnstarted(lease, outcome, { onOver, onHostFault, observe });
    return;
  }
  onHostFault(null);
  if (lease.signal.reason === "lease_lost") return;

  // Certainly the only attempt: what it wrote is all that the task keeps.
  const isOnly = task.attempt === 1 && (attempts === 1 || outcome.status === "success");
  const recording = lease.finish(outcome, last, isOnly ? partsOf(last, outcome) : null);
  onOver();
  const status = await recording;
  if (status === "lost") return;
  if (last.entries.length > 0) observe({ type: "output", bytes: bytesOf(last) });
  if (status === "requeued") return;
  if (submission.status_callback_url !== undefined) onCallbackOwed(jobId);
  const now = performance.now();
  const cancelMs = status === "canceled" ? now - (lease.stoppedAt() ?? now) : null;
  observe({ type: "ended", status, executor, runMs: now - startedAt, cancelMs });
}

async function giveBackUnstarted(
  lease: Lease,
  { hostFault }: NotStarted,
  { onOver, onHostFault, observe }: Pick<AttemptOptions, "onHostFault" | "observe"> & { onOver: () => void },
): Promise<void> {
  // First: the slot that comes free must not take the task again.
  if (hostFault !== null) onHostFault(hostFault);
  const givingBack = lease.giveBack();
  onOver();
  if ((await givingBack) === "canceled") observe(canceledUnstarted);
}

/** A task that was canceled between its lease and its start. */
export const canceledUnstarted: Transition = {
  type: "ended",
  status: "canceled",
  executor: null,
  runMs: null,
  cancelMs: null,
};

function partsOf({ isAll, entries }: OutputBatch, outcome: Outcome): string | null {
  return isAll ? formatParts(entries, outcome) : null;
}

/** Makes sure that the lease is held, and for how long that is certain: half of it, by a clock that does not stop. */
async function confirm({ asked }: TakenTask, lease: Lease, leaseMs: number): Promise<() => boolean> {
  let certainFrom = asked.bootMs;
  if (performance.now() - asked.atMs >= leaseMs / 4) {
    // Redis was away when the task was asked for, or this process was stopped: the lease is younger than it looks, or
    // gone.
    certainFrom = bootMs();
    if (!(await lease.renew())) return () => false;
  }
  return () => bootMs() < certainFrom + leaseMs / 2;
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
          startAttempt(runner, { jobId, attempt }),
        ).catch((error: Error) => {
          // The outcome of what ran counts for more than the news that it has begun.
          log.error(
            { err: error, job: jobId },
            "the callback for the start of an attempt could not be recorded",
          );
        });
  return {
    async done() {
      clearTimeout(timer);
      await owed;
    },
  };
}
