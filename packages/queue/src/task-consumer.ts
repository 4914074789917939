/**
 * The queue as a worker sees it: takes tasks, one lease each, hands them to a handler, and records what comes
 * of them.
 */
import type { ExecutorName, StopReason } from "@host-runner/contracts";
import { assertUsableRedis } from "./assert-usable-redis.ts";
import { type DeliverCallback, startCallbackDispatch } from "./callbacks/dispatch-callbacks.ts";
import { openPersistentConnection, openWaitingConnection } from "./connection.ts";
import { formatHolder, type Holder } from "./holder.ts";
import { createKeys } from "./keys.ts";
import { createLease, type Lease } from "./lease.ts";
import type { Log } from "./log.ts";
import { startReclaiming } from "./reclaiming.ts";
import { createOutcomeRecorder } from "./record-outcomes.ts";
import { runAttempt, type TaskHandler } from "./run-attempt.ts";
import type { TakenTask } from "./scripts.ts";
import { startTaking } from "./take-tasks.ts";
import type { Observe } from "./transition.ts";
import { giveBackUnheard } from "./unheard-leases.ts";
import { watchAnswers } from "./watch-answers.ts";
import { watchLoop } from "./watch-loop.ts";
import { createWishes } from "./wishes.ts";
import { startAnnouncing } from "./workers.ts";

export interface TaskConsumerOptions {
  redisUrl: string;
  queue: string;
  holder: Holder;
  /** What it tells others that it can run. */
  executors: ExecutorName[];
  /** Slots: how many tasks run at a time. */
  concurrency: number;
  /** How long a lease holds without being renewed; a worker is lost when it has expired. */
  leaseMs: number;
  /** How much is kept of an execution's output: half from its beginning, half from its end. */
  outputKeepBytes: number;
  /** Sends the callbacks that are owed; without it they wait for a worker that does. */
  callbacks?: { concurrency: number; deliver: DeliverCallback };
  observe?: Observe;
  log: Log;
}

export interface TaskConsumer {
  /** Whether tasks are being taken: its loop asks for them or has no slot free, and Redis is there. */
  isConsuming(): boolean;
  /** How many tasks are here now: they run, or their outcome is being recorded. */
  running(): number;
  /** Rejects where the loop has died that takes tasks; the worker is of no use then. */
  readonly died: Promise<never>;
  /** Takes no more tasks, and gives back what is granted to it yet; those that run go on. */
  pause(): void;
  /** Stops all that runs here. */
  stopAll(reason: StopReason): void;
  /** For a consumer that is paused: resolves when no task runs here any more. */
  idle(): Promise<void>;
  /** Ends all connections within `timeoutMs`, Redis away or not. Tasks that still run lose their lease. */
  close(timeoutMs: number): Promise<void>;
}

/** A worker is missed after the lease, and two looks: within 15 s with the default lease of 10 s. */
const LOOKS_PER_LEASE = 5;

/** Starts to take tasks. Resolves once it is connected, which waits for Redis without limit. */
export async function startTaskConsumer(
  {
    redisUrl,
    queue,
    holder,
    executors,
    concurrency,
    leaseMs,
    outputKeepBytes,
    callbacks,
    observe = () => {},
    log,
  }: TaskConsumerOptions,
  handle: TaskHandler,
): Promise<TaskConsumer> {
  const keys = createKeys(queue);
  const redis = openPersistentConnection(redisUrl, keys.workerConnection(holder.id), log);
  const subscriber = openPersistentConnection(redisUrl, "host-runner-worker-events", log);
  const waiting = openWaitingConnection(redisUrl, "host-runner-worker-waiting", log);
  const runner = { redis, keys };
  try {
    await assertUsableRedis(redis, log);
  } catch (error) {
    disconnect();
    throw error;
  }
  const abandoned = new AbortController();
  const record = createOutcomeRecorder(runner, { abandoned: abandoned.signal, log });
  const attemptOptions = {
    ...{ runner, holder, handle, leaseMs, outputKeepBytes, observe, log },
    abandoned: abandoned.signal,
  };
  const running = new Map<string, { taskId: string; lease: Lease; settled: Promise<void> }>();

  const wishes = createWishes({
    redis,
    subscriber,
    keys,
    runningIds: () => [...running.keys()],
    onCancel: (jobId) => running.get(jobId)?.lease.abort("cancel"),
    log,
  });

  // Often enough that a lease that lapsed is taken again between two looks for lost workers.
  const renewing = setInterval(renew, leaseMs / LOOKS_PER_LEASE);
  redis.on("ready", () => {
    // Every lock may have expired while Redis was away.
    renew();
    recoverUnheard();
  });

  const reclaiming = startReclaiming(runner, { intervalMs: leaseMs / LOOKS_PER_LEASE, observe, log });

  await wishes.ready();
  const answers = watchAnswers(redis);
  const taker = startTaking({
    ...{ runner, waiting, concurrency, holder: formatHolder(holder), leaseMs, log },
    onTask: start,
  });
  const loop = watchLoop({
    isExcused: () => taker.isPaused() || !answers.isAnswering() || running.size >= concurrency,
    msSinceProgress: taker.msSinceAnswer,
  });

  const dispatch = callbacks && startCallbackDispatch({ runner, subscriber, ...callbacks, observe, log });
  const { executor: _, ...identity } = holder;
  const announcing = startAnnouncing(
    runner,
    { ...identity, executors, slots: concurrency },
    () => [...running.values()].map(({ taskId }) => taskId),
    log,
  );

  return {
    isConsuming: () => !taker.isPaused() && answers.isAnswering() && loop.isAlive(),
    running: () => running.size,
    died: loop.died,
    pause: taker.pause,
    stopAll: (reason) => {
      for (const { lease } of running.values()) lease.abort(reason);
    },
    async idle() {
      await Promise.all([...running.values()].map(({ settled }) => settled));
    },
    async close(timeoutMs) {
      reclaiming.stop();
      clearInterval(renewing);
      loop.stop();
      answers.stop();
      wishes.close();
      taker.pause();
      // Where Redis is away nothing of it resolves.
      await Promise.race([
        Promise.all([taker.idle(), announcing.stop(), dispatch?.stop()]),
        after(timeoutMs),
      ]);
      abandoned.abort();
      disconnect();
    },
  };

  function start(task: TakenTask, release: () => void): void {
    const { claim, taskId } = task;
    const { jobId } = claim;
    const lease = createLease({ runner, claim, leaseMs, record, log });
    const settled = Promise.resolve()
      // Registered before it is run, so that a wish finds it.
      .then(() => runAttempt(task, lease, release, attemptOptions))
      .catch((error: Error) => log.error({ err: error, job: jobId }, "the outcome could not be recorded"))
      .finally(() => {
        release();
        // The next attempt of the same task may have come here while this one, which was lost, was being ended.
        if (running.get(jobId)?.lease === lease) running.delete(jobId);
      });
    running.set(jobId, { taskId, lease, settled });
    // From here on no wish is missed: those that came before are read, those that come find the lease.
    if (wishes.cameBefore(jobId)) lease.abort("cancel");
  }

  function disconnect(): void {
    for (const connection of [redis, subscriber, waiting]) connection.disconnect();
  }

  function renew(): void {
    if (redis.status !== "ready") return;
    for (const { lease } of running.values()) lease.renew();
  }

  async function recoverUnheard(): Promise<void> {
    try {
      const count = await giveBackUnheard(runner, {
        workerId: holder.id,
        isRunning: (jobId) => running.has(jobId),
      });
      if (count > 0) log.info({ count }, "gave back tasks whose lease was granted in a cut connection");
    } catch (error) {
      log.warn({ err: error as Error }, "giving back unheard leases failed; they expire");
    }
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
