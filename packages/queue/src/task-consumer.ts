/**
 * The queue as a worker sees it: takes tasks, one lease each, hands them to a handler, and records what comes
 * of them.
 */
import type { ExecutorName, StopReason } from "@host-runner/contracts";
import { assertUsableRedis, whenAllowed } from "./assert-usable-redis.ts";
import { type DeliverCallback, startCallbackDispatch } from "./callbacks/dispatch-callbacks.ts";
import { openPersistentConnection, openWaitingConnection } from "./connection.ts";
import { formatHolder, type Holder } from "./holder.ts";
import { createKeys } from "./keys.ts";
import { createLease, type Lease } from "./lease.ts";
import { type Log, logFault } from "./log.ts";
import { createHostPause } from "./pause-for-host.ts";
import { startReclaiming } from "./reclaiming.ts";
import { createOutcomeRecorder } from "./record-outcomes.ts";
import { refusalOf } from "./redis-refusal.ts";
import { canceledUnstarted, runAttempt, type TaskHandler } from "./run-attempt.ts";
import type { TakenTask } from "./scripts.ts";
import { openSubscriber } from "./subscriber.ts";
import { startTaking } from "./take-tasks.ts";
import type { Observe } from "./transition.ts";
import { giveBackUnheard, type LeaseName } from "./unheard-leases.ts";
import { watchLoop } from "./watch-loop.ts";
import { watchRedis } from "./watch-redis.ts";
import { watchSuspension } from "./watch-suspension.ts";
import { createWishes } from "./wishes.ts";
import { startAnnouncing } from "./workers.ts";

export interface TaskConsumerOptions {
  redisUrl: string;
  queue: string;
  holder: Holder;
  /** What it tells others that it can run now. */
  executors: () => ExecutorName[];
  /** Slots: how many tasks run at a time. */
  concurrency: number;
  /** How long a lease holds without being renewed; a worker is lost when it has expired. */
  leaseMs: number;
  /** How much is kept of an execution's output: half from its beginning, half from its end. */
  outputKeepBytes: number;
  /** Sends the callbacks that are owed; without it they wait for a worker that does. */
  callbacks?: { concurrency: number; deliver: DeliverCallback };
  /**
   * Tries whether this host can start commands; resolves with what is wrong, null where nothing is. Asked again and again
   * after an attempt could not be started for want of something that the host lacks.
   */
  checkHost?: () => Promise<string | null>;
  observe?: Observe;
  log: Log;
}

export interface TaskConsumer {
  /** Whether tasks are being taken: its loop asks for them or has no slot free, Redis and this host are well. */
  isConsuming(): boolean;
  /** Why no tasks are taken, in words for people; null where they are. */
  problem(): string | null;
  /** How many tasks are here now: they run, or their outcome is being recorded. */
  running(): number;
  /** Rejects where the loop that takes tasks has died; the worker is of no use then. */
  readonly died: Promise<never>;
  /** Takes no more tasks, and gives back those that are leased to it and not started; running tasks go on. */
  pause(): void;
  /** Stops all that runs here. */
  stopAll(reason: StopReason): void;
  /** For a consumer that is paused: resolves when no task runs here any more. */
  idle(): Promise<void>;
  /** Sends the callbacks of the tasks that ended here lately, for `timeoutMs` at most: no other worker may be there. */
  sendOwnCallbacks(timeoutMs: number): Promise<void>;
  /** Ends all connections within `timeoutMs`, Redis away or not. Tasks that still run lose their lease. */
  close(timeoutMs: number): Promise<void>;
}

/** A worker is missed after the lease, and two looks: within 15 s with the default lease of 10 s. */
const LOOKS_PER_LEASE = 5;

/** A task whose lease is held here, from the arrival of the lease on. */
interface HeldTask {
  taskId: string;
  isGivenBack: boolean;
  lease: Lease;
  settled: Promise<void>;
  /** Starts the attempt; `release` gives its slot back. */
  start: (release: () => void) => void;
}

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
    checkHost = async () => null,
    observe = () => {},
    log,
  }: TaskConsumerOptions,
  handle: TaskHandler,
): Promise<TaskConsumer> {
  const keys = createKeys(queue);
  const redis = openPersistentConnection(redisUrl, keys.workerConnection(holder.id), log);
  const subscriber = openSubscriber(redisUrl, "host-runner-worker-events", log);
  const waiting = openWaitingConnection(redisUrl, "host-runner-worker-waiting", log);
  const runner = { redis, keys };
  const abandoned = new AbortController();
  const record = createOutcomeRecorder(runner, { abandoned: abandoned.signal, log });
  /** By job id. */
  const held = new Map<string, HeldTask>();
  /** Every lease that has come here and may still stand in Redis: only others may be given back as never received. */
  const received = new Set<string>();

  const wishes = createWishes({
    redis,
    subscriber,
    keys,
    heldIds: () => [...held.keys()],
    isHeld: (jobId) => held.has(jobId),
    onCancel: (jobId) => held.get(jobId)?.lease.abort("cancel"),
    log,
  });
  let redisNow: number;
  try {
    ({ redisNow } = await assertUsableRedis(runner, log));
    await whenAllowed(log, wishes.subscribe);
    await whenAllowed(log, mayWait);
  } catch (error) {
    wishes.close();
    disconnect();
    throw error;
  }

  const watch = watchRedis(runner, { redisNow, log });
  // Often enough that a lease that lapsed is taken again between two looks for lost workers.
  const renewing = setInterval(renew, leaseMs / LOOKS_PER_LEASE);
  watch.onRecovery(() => {
    // Every lock may have expired meanwhile.
    renew();
    recoverUnheard();
  });
  const suspension = watchSuspension((suspendedMs) => {
    log.warn({}, `this machine was suspended for ${Math.round(suspendedMs / 1000)} s: renewing all leases`);
    renew();
  });
  const reclaiming = startReclaiming(runner, {
    watch,
    intervalMs: leaseMs / LOOKS_PER_LEASE,
    observe,
    log,
  });

  const taker = startTaking({
    ...{ runner, waiting, concurrency, holder: formatHolder(holder), leaseMs, log },
    onLeased: (tasks) => tasks.forEach(hold),
    onTask: ({ claim }, release) => held.get(claim.jobId)?.start(release),
    onCanceled: (count) => {
      for (let i = 0; i < count; i++) observe(canceledUnstarted);
    },
  });
  const hostPause = createHostPause({
    check: checkHost,
    suspend: taker.suspend,
    resume: taker.resume,
    log,
  });
  const loop = watchLoop({
    isExcused: () =>
      taker.isPaused() || hostPause.problem() !== null || !watch.isWell() || held.size >= concurrency,
    msSinceProgress: taker.msSinceAnswer,
  });
  const attemptOptions = {
    ...{ runner, holder, handle, leaseMs, outputKeepBytes, observe, log },
    abandoned: abandoned.signal,
    onCallbackOwed: (jobId: string) => dispatch?.ended(jobId),
    onHostFault: (problem: string | null) =>
      problem === null ? hostPause.isWell() : hostPause.begin(problem),
  };

  const dispatch = callbacks && startCallbackDispatch({ runner, subscriber, ...callbacks, observe, log });
  const { executor: _, ...identity } = holder;
  const announcing = startAnnouncing(
    runner,
    () => ({ ...identity, executors: executors(), slots: concurrency }),
    () => [...held.values()].map(({ taskId }) => taskId),
    log,
  );

  return {
    isConsuming: () => problem() === null,
    problem,
    running: () => held.size,
    died: loop.died,
    pause() {
      taker.pause();
      hostPause.stop();
    },
    stopAll: (reason) => {
      for (const { lease } of held.values()) lease.abort(reason);
    },
    idle,
    sendOwnCallbacks: async (timeoutMs) => dispatch?.sendOwn(timeoutMs),
    async close(timeoutMs) {
      reclaiming.stop();
      clearInterval(renewing);
      suspension.stop();
      hostPause.stop();
      loop.stop();
      watch.stop();
      wishes.close();
      taker.pause();
      // While Redis is away nothing of it resolves.
      await Promise.race([
        // What the taker's last answers brought is given back.
        Promise.all([taker.idle().then(untilGivenBack), announcing.stop(), dispatch?.stop()]),
        after(timeoutMs),
      ]);
      abandoned.abort();
      disconnect();
    },
  };

  /** Rejects where Redis refuses to wait for work; scripts may not try this. A cut connection refuses nothing. */
  async function mayWait(): Promise<void> {
    await waiting.bzpopmin(keys.accessCheck, 0.001).catch((error) => {
      if (refusalOf(error) !== null) throw error;
    });
  }

  function problem(): string | null {
    if (taker.isPaused()) return "this worker is stopping";
    if (!watch.isWell()) return watch.problem();
    const ofHost = hostPause.problem();
    if (ofHost !== null) return `this host cannot start tasks: ${ofHost}`;
    return loop.isAlive() ? null : "the loop that takes tasks hangs";
  }

  async function idle(): Promise<void> {
    await Promise.all([...held.values()].map(({ settled }) => settled));
  }

  async function untilGivenBack(): Promise<void> {
    const tasks = [...held.values()].filter(({ isGivenBack }) => isGivenBack);
    await Promise.all(tasks.map(({ settled }) => settled));
  }

  /** Registers a lease as soon as it arrives: from here on it is renewed, and a cancel request finds it. */
  function hold(task: TakenTask): void {
    const { claim, taskId } = task;
    const { jobId } = claim;
    const lease = createLease({ runner, task, leaseMs, record, abandoned: abandoned.signal, log });
    const name = nameLease({ ...claim, startedOn: task.startedOn });
    received.add(name);
    let start: HeldTask["start"] = () => {};
    const started = new Promise<() => void>((resolve) => {
      start = resolve;
    });
    const settled = started.then(async (release) => {
      try {
        if (taker.isPaused() || hostPause.problem() !== null) await giveBack(entry);
        else await runAttempt(task, lease, release, attemptOptions);
        received.delete(name);
      } catch (error) {
        // The lease stays known as received: what has run here must not be taken for a task that never came.
        log.error({ err: error as Error, job: jobId }, "the outcome could not be recorded");
      }
      release();
      // The next attempt of the same task may have come here while this one, which was lost, was being ended.
      if (held.get(jobId)?.lease === lease) held.delete(jobId);
    });
    const entry: HeldTask = { taskId, isGivenBack: false, lease, settled, start };
    held.set(jobId, entry);
    // From here on no cancel request is missed: those that came before are read, those that come find the lease.
    if (wishes.cameBefore(jobId)) lease.abort("cancel");
  }

  async function giveBack(task: HeldTask): Promise<void> {
    task.isGivenBack = true;
    if ((await task.lease.giveBack()) === "canceled") observe(canceledUnstarted);
  }

  function disconnect(): void {
    redis.disconnect();
    waiting.disconnect();
    subscriber.close();
  }

  function renew(): void {
    if (redis.status !== "ready") return;
    for (const { lease } of held.values()) lease.renew();
  }

  async function recoverUnheard(): Promise<void> {
    try {
      const count = await giveBackUnheard(runner, {
        workerId: holder.id,
        wasReceived: (lease) => received.has(nameLease(lease)),
      });
      if (count > 0) log.info({ count }, "gave back tasks whose lease was granted in a cut connection");
    } catch (error) {
      logFault(log, error, "giving back leases that never arrived failed; they expire");
    }
  }
}

function nameLease({ jobId, attempt, startedOn }: LeaseName): string {
  return `${jobId} ${attempt} ${startedOn}`;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
