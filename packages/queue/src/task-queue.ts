/**
 * The queue as its producer sees it: submit, read, cancel, rerun, and wait for an end. Any number of processes
 * may have one open on the same queue; all that lasts is in Redis.
 */
import {
  canonicalJson,
  type Execution,
  HostRunnerError,
  isEnded,
  type NamedSubmission,
  type Task,
  type TaskSummary,
  type Worker,
} from "@host-runner/contracts";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { assertUsableRedis } from "./assert-usable-redis.ts";
import { redeliverCallback } from "./callbacks/callback-scripts.ts";
import { type CallbackPage, type CallbackQuery, listCallbacks } from "./callbacks/list-callbacks.ts";
import { checkAccess, throwIfRefused } from "./check-access.ts";
import { openRequestConnection } from "./connection.ts";
import { followRun, pagesOfRun, type RunEvent } from "./follow-run.ts";
import { type FollowOptions, followTask, type TaskEvent } from "./follow-task.ts";
import { createHints } from "./hints.ts";
import { BULLMQ_PREFIX, createKeys, type Keys, listSuffixes } from "./keys.ts";
import { listTasks, type TaskPage, type TaskQuery } from "./list-tasks.ts";
import type { Log } from "./log.ts";
import { canceledOutcome } from "./outcomes.ts";
import { projectTask, toStored } from "./project-task.ts";
import { type Retention, startPruning } from "./prune-ended.ts";
import { type QueueDepth, readDepth } from "./queue-depth.ts";
import { reachingRedis } from "./queue-error.ts";
import { type BoardJob, readBoardJob } from "./read-board-job.ts";
import {
  type OutputPart,
  type OutputPiece,
  type OutputPosition,
  outputBackwards,
  readOutput,
  readOutputEnd,
} from "./read-output.ts";
import { findTask, pagesOfExecutions, toRecord } from "./read-tasks.ts";
import { type CancelAnswer, cancel, rerun, type SubmitAnswer, submit } from "./scripts.ts";
import { openSubscriber, type Subscriber } from "./subscriber.ts";
import { encodeTaskId, jobIdOf } from "./task-id.ts";
import type { Observe } from "./transition.ts";
import { watchRedis } from "./watch-redis.ts";
import { listWorkers } from "./workers.ts";

/** Before the second attempt, where the submission does not say; doubled before each further one. */
const DEFAULT_BACKOFF_SECONDS = 1;

/** BullMQ's, as lua/includes/line.lua has it: a task of priority 0 would stand in BullMQ's list. */
const DEFAULT_PRIORITY = 5;

/** How long an idempotency key is remembered. */
const IDEMPOTENCY_SECONDS = 24 * 60 * 60;

export interface TaskQueueOptions {
  redisUrl: string;
  queue: string;
  /** Waiting tasks beyond which a submission is refused with `queue_full`. */
  maxQueued: number;
  retention: Retention;
  observe?: Observe;
  log: Log;
}

/** An idempotency key, in the name space of the caller who gave it, and a digest of what it stands for. */
export interface Idempotency {
  caller: string;
  key: string;
  body: string;
}

export interface Submitted {
  task: Task;
  /** False where the task was there already, not ended and with the same content. */
  created: boolean;
}

/** Every call throws `HostRunnerError("queue_unavailable")` within 2 s where Redis is away. */
export interface TaskQueue {
  /**
   * Makes a task, or the next execution of one that has ended. Throws `conflict` where the task has not ended
   * and was submitted with other content, `queue_full`, and `invalid` for an idempotency key of another body.
   */
  submit(submission: NamedSubmission, idempotency?: Idempotency): Promise<Submitted>;
  /** The task's newest execution, or the one asked for; null where there is none. */
  find(taskId: string, execution?: number): Promise<Task | null>;
  /** All executions that are kept, newest first, at most 20 at a time; none where the task does not exist. */
  executions(taskId: string): AsyncGenerator<Execution[]>;
  /** Tasks without their output, newest first. Throws `invalid` for a cursor that is none. */
  list(query: TaskQuery): Promise<TaskPage>;
  /** Ends a waiting task at once, tells a running one's worker to. Null where it does not exist. */
  cancel(taskId: string): Promise<Task | null>;
  /** The same submission as a new execution. Throws `conflict` while the last one has not ended. */
  rerun(taskId: string): Promise<Task | null>;
  /** Resolves with the task when it has ended, or as it is when `timeoutMs` are over or the signal is aborted. */
  untilEnded<T extends TaskSummary>(task: T, timeoutMs: number, signal?: AbortSignal): Promise<T | Task>;
  /** Follows an execution's status and output; see `followTask`. */
  follow(task: Task, options: FollowOptions): AsyncGenerator<TaskEvent>;
  /** Follows the tasks of a run; see `followRun`. */
  followRun(runId: string, signal: AbortSignal): AsyncGenerator<RunEvent>;
  /** All tasks of a run, at most 200 at a time. Throws `not_found` where there is none. */
  run(runId: string): AsyncGenerator<TaskSummary[]>;
  /** The output of an execution that is kept, from a position on; see `readOutput`. */
  output(task: Task, after: OutputPosition, maxBytes: number): Promise<OutputPiece[]>;
  /** The output of an execution's last attempt, from its end on; see `outputBackwards`. */
  outputBackwards(task: Task): AsyncGenerator<OutputPart>;
  /** The workers of this queue that live. */
  workers(): Promise<Worker[]>;
  /** Callbacks that are owed or could not be delivered. */
  callbacks(query: CallbackQuery): Promise<CallbackPage>;
  /**
   * Sends the last callback of a task again that could not be delivered. Null where the task does not exist; throws
   * `conflict` where there is none to be sent.
   */
  redeliver(taskId: string): Promise<Task | null>;
  /** Redis' clock, in ms since the epoch, for display. */
  now(): number;
  /** How many tasks have not ended. */
  depth(): Promise<QueueDepth>;
  /** Resolves if Redis takes writes. */
  checkWritable(): Promise<void>;
  /** For a dashboard: the BullMQ queue behind all this, and what its jobs carry, by their ids. */
  readonly bullmq: Queue;
  /** How executions stand, without what was submitted and written; null where there is none. */
  boardJobs(jobIds: string[]): Promise<(BoardJob | null)[]>;
  /** What was submitted for an execution, all of it, as JSON; null where there is none. */
  submitted(jobId: string): Promise<string | null>;
  /** The last of an execution's output; see `readOutputEnd`. */
  outputEnd(jobId: string, maxBytes: number): Promise<OutputPiece[]>;
  close(): Promise<void>;
}

/**
 * Opens the queue and waits until Redis is there, which is without limit: who starts first waits. Throws where
 * this Redis would lose tasks.
 */
export async function openTaskQueue(options: TaskQueueOptions): Promise<TaskQueue> {
  const redis = openRequestConnection(options.redisUrl, options.log);
  const subscriber = openSubscriber(options.redisUrl, "host-runner-api-events", options.log);
  try {
    // By the connection that asks again where it breaks: the other one would give up at once.
    const runner = { redis: subscriber.redis, keys: createKeys(options.queue) };
    const { redisNow } = await assertUsableRedis(runner, options.log);
    await untilReady(redis);
    return createTaskQueue(options, { redis, subscriber, redisNow });
  } catch (error) {
    redis.disconnect();
    subscriber.close();
    throw error;
  }
}

function untilReady(redis: Redis): Promise<void> {
  if (redis.status === "ready") return Promise.resolve();
  return new Promise((resolve) => redis.once("ready", () => resolve()));
}

function createTaskQueue(
  { queue, maxQueued, retention, observe = () => {}, log }: TaskQueueOptions,
  { redis, subscriber, redisNow }: { redis: Redis; subscriber: Subscriber; redisNow: number },
): TaskQueue {
  const keys = createKeys(queue);
  const runner = { redis, keys };
  const watch = watchRedis(runner, { redisNow, log });
  const pruning = startPruning(runner, retention, log);
  const hints = createHints(subscriber);
  const bullmq = new Queue(queue, { connection: redis, prefix: BULLMQ_PREFIX, skipVersionCheck: true });
  // The connection's own listener tells of outages.
  bullmq.on("error", () => {});

  return {
    bullmq,

    async submit(submission, idempotency) {
      const { task_id: taskId } = submission;
      const stored = toStored(submission);
      const data = canonicalJson(stored);
      const opts = jobOptions(submission);
      const answer = await reachingRedis(`submit task ${taskId}`, () =>
        submit(runner, {
          encodedId: encodeTaskId(taskId),
          name: taskId,
          data,
          opts,
          maxQueued,
          // A run of its own needs no list: its name says which task it is.
          lists: listSuffixes(stored.run_id, stored.labels),
          callbacks: stored.status_callback_url !== undefined,
          idempotency: idempotency ? idempotencyRecord(keys, idempotency) : null,
        }),
      );
      return toSubmitted(answer, submission, { data, opts });
    },

    find: (taskId, execution) =>
      reachingRedis(`read task ${taskId}`, () => findTask(redis, keys, taskId, execution)),

    executions: (taskId) => pagesOfExecutions(redis, keys, taskId),

    list: (query) => reachingRedis("list tasks", () => listTasks(redis, keys, query)),

    async cancel(taskId) {
      const askedAtMs = performance.now();
      const answer: CancelAnswer = await reachingRedis(`cancel task ${taskId}`, () =>
        cancel(runner, { encodedId: encodeTaskId(taskId), outcome: canceledOutcome }),
      );
      if (answer[0] === "missing") return null;
      const [verdict, execution, record] = answer;
      const task = projectTask(toRecord(record), execution);
      if (verdict === "canceled") {
        const { executor } = task;
        observe({
          type: "ended",
          status: verdict,
          executor,
          runMs: null,
          cancelMs: performance.now() - askedAtMs,
        });
      }
      return task;
    },

    async rerun(taskId) {
      const answer = await reachingRedis(`rerun task ${taskId}`, () =>
        rerun(runner, { encodedId: encodeTaskId(taskId), maxQueued }),
      );
      switch (answer[0]) {
        case "missing":
          return null;
        case "not-ended":
          throw new HostRunnerError(
            "conflict",
            `task ${taskId} has not ended: cancel it or wait for its end`,
          );
        case "full":
          throw queueFull(answer[1]);
        case "created":
          return projectTask(toRecord(answer[2]), answer[1]);
      }
    },

    async untilEnded(task, timeoutMs, signal = new AbortController().signal) {
      if (isEnded(task.status) || timeoutMs <= 0) return task;
      const jobId = jobIdOf({ taskId: task.task_id, execution: task.execution });
      const watch = hints.watch([keys.changedChannel(jobId)]);
      try {
        let newest: typeof task | Task = task;
        // The end may have come before the subscription stood, so it is read after each of them.
        for await (const _ of watch.hints(timeoutMs, signal)) {
          // Redis may go away meanwhile; what is known is answered then.
          newest = (await this.find(task.task_id, task.execution).catch(ifUnavailable)) ?? newest;
          if (isEnded(newest.status)) break;
        }
        return newest;
      } finally {
        watch.close();
      }
    },

    follow: (task, options) => followTask({ redis, keys, hints }, task, options),

    followRun: (runId, signal) => followRun({ redis, keys, hints }, runId, signal),

    run: (runId) => pagesOfRun(redis, keys, runId),

    output: (task, after, maxBytes) =>
      reachingRedis(`read the output of task ${task.task_id}`, () =>
        readOutput(redis, keys, task, after, maxBytes),
      ),

    boardJobs: (jobIds) =>
      reachingRedis("read tasks", () => Promise.all(jobIds.map((jobId) => readBoardJob(redis, keys, jobId)))),

    submitted: (jobId) => reachingRedis("read a submission", () => redis.hget(keys.recordOf(jobId), "data")),

    outputEnd: (jobId, maxBytes) => readOutputEnd(redis, keys, jobId, maxBytes),

    outputBackwards: (task) => outputBackwards(redis, keys, task),

    workers: () => reachingRedis("list workers", () => listWorkers(runner)),

    callbacks: (query) => reachingRedis("list callbacks", () => listCallbacks(redis, keys, query)),

    async redeliver(taskId) {
      const answer = await reachingRedis(`redeliver the callback of task ${taskId}`, () =>
        redeliverCallback(runner, { encodedId: encodeTaskId(taskId) }),
      );
      switch (answer[0]) {
        case "missing":
          return null;
        case "none":
          throw new HostRunnerError(
            "conflict",
            `task ${taskId} has no callbacks: it gave no status_callback_url`,
          );
        case "pending":
        case "delivered":
          throw new HostRunnerError(
            "conflict",
            `the last callback of task ${taskId} is ${answer[0]}: only one that failed is sent again`,
          );
        case "owed":
          return projectTask(toRecord(answer[2]), answer[1]);
      }
    },

    now: watch.now,

    depth: () => reachingRedis("count tasks", () => readDepth(redis, keys)),

    async checkWritable() {
      await reachingRedis("write", async () => throwIfRefused(await checkAccess(runner)));
    },

    async close() {
      pruning.stop();
      watch.stop();
      subscriber.close();
      redis.disconnect();
    },
  };
}

/** What BullMQ keeps as the job's options: how often it may be started, and how long it waits in between. */
function jobOptions({ max_attempts, backoff_seconds }: NamedSubmission): string {
  const attempts = max_attempts ?? 1;
  if (attempts === 1) return JSON.stringify({ attempts, priority: DEFAULT_PRIORITY });
  const delay = (backoff_seconds ?? DEFAULT_BACKOFF_SECONDS) * 1000;
  return JSON.stringify({ attempts, backoff: { type: "exponential", delay }, priority: DEFAULT_PRIORITY });
}

/** What a key is remembered with that made an execution. */
interface IdempotencyRecord {
  taskId: string;
  execution: number;
  createdAt: number;
}

function idempotencyRecord(keys: Keys, { caller, key, body }: Idempotency) {
  return { key: keys.idempotency(caller, key), body, recordSeconds: IDEMPOTENCY_SECONDS };
}

/** The task as a script's answer tells of it. */
function toSubmitted(
  answer: SubmitAnswer,
  submission: NamedSubmission,
  { data, opts }: { data: string; opts: string },
): Submitted {
  switch (answer[0]) {
    case "created":
      return { task: acceptedTask(submission.task_id, data, opts, answer[1], answer[2]), created: true };
    case "existing":
      return { task: projectTask(toRecord(answer[2]), answer[1]), created: false };
    case "conflict":
      throw new HostRunnerError(
        "conflict",
        `task ${submission.task_id} has not ended and was submitted with other content: cancel it first, or use another task_id`,
      );
    case "key-reused":
      throw new HostRunnerError(
        "invalid",
        "this Idempotency-Key was used with another body: use a new key for a new submission",
      );
    case "full":
      throw queueFull(answer[1]);
    case "replayed": {
      const { taskId, execution, createdAt } = JSON.parse(answer[1]) as IdempotencyRecord;
      // The body is the same, so the first answer can be made again, even if the task is long gone.
      const run_id = submission.task_id === taskId ? submission.run_id : renamedRun(submission, taskId);
      const first = toStored({ ...submission, task_id: taskId, run_id });
      return { task: acceptedTask(taskId, canonicalJson(first), opts, execution, createdAt), created: true };
    }
  }
}

/** A task that was submitted without names gets new ones at each try; the first one's count. */
function renamedRun({ task_id, run_id }: NamedSubmission, firstTaskId: string): string {
  return run_id === `task-${task_id}` ? `task-${firstTaskId}` : run_id;
}

/** The task as it is the moment it has been accepted. */
function acceptedTask(name: string, data: string, opts: string, execution: number, now: number): Task {
  return projectTask({ name, data, opts, timestamp: String(now) }, execution);
}

function ifUnavailable(error: unknown): null {
  if (error instanceof HostRunnerError && error.code === "queue_unavailable") return null;
  throw error;
}

function queueFull(waiting: number): HostRunnerError {
  return new HostRunnerError("queue_full", `${waiting} tasks are waiting already; try again later`, {
    retryAfterSeconds: 5,
  });
}
