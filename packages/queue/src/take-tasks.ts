/**
 * Takes tasks while slots are free, and waits for work where there is none: on BullMQ's marker, which every script sets
 * that puts a task in line.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { Redis } from "ioredis";
import { type Log, logFault } from "./log.ts";
import type { ScriptRunner } from "./run-script.ts";
import { type TakenTask, take } from "./scripts.ts";

/** A marker may come to a worker that dies of it: whether a task waits is looked after so often in any case. */
const LOOK_ANYWAY_MS = 4_000;

/** For a task that is about to be due. */
const SHORTEST_WAIT_MS = 5;

/** A wait that is not over so long after it should be is on a connection that is broken, and looks sound: it is cut. */
const OVERDUE_MS = 2_000;

/** After a refusal of Redis. */
const TRY_AGAIN_MS = 1_000;

/** Of the slots, for one call: Redis looks for some tasks while the worker runs others. */
const LARGEST_SHARE = 0.5;

/** Of the event loop, in which tasks that end at once are run, recorded and sent to Redis. */
const TURNS_OF_A_SHORT_TASK = 3;

export interface TaskTaker {
  isPaused(): boolean;
  /** How long ago it last heard from Redis. With a slot free that is every few seconds. */
  msSinceAnswer(): number;
  /** Takes no more; tasks that are on their way here are given back. */
  pause(): void;
  /** The same for a while. */
  suspend(): void;
  resume(): void;
  /** For a taker that is paused: resolves when nothing is on its way here any more, for which Redis is needed. */
  idle(): Promise<void>;
}

interface TaskTakerOptions {
  runner: ScriptRunner;
  /** A connection of its own, as waiting for work blocks it. */
  waiting: Redis;
  /** Slots. */
  concurrency: number;
  holder: string;
  leaseMs: number;
  /** Told at once of the tasks that an answer brings: from then on their leases are known here. */
  onLeased: (tasks: TakenTask[]) => void;
  /** Told of each of them when it is to be started; `release` gives its slot back, once. */
  onTask: (task: TakenTask, release: () => void) => void;
  /** Told of tasks that were canceled instead of leased. */
  onCanceled: (count: number) => void;
  log: Log;
}

export function startTaking({
  runner,
  waiting,
  concurrency,
  holder,
  leaseMs,
  onLeased,
  onTask,
  onCanceled,
  log,
}: TaskTakerOptions): TaskTaker {
  const most = Math.ceil(concurrency * LARGEST_SHARE);
  const tokens = randomUUID();
  const calls = new Set<Promise<void>>();
  let callCount = 0;
  let started = Promise.resolve();
  let free = concurrency;
  /** What is known of the line. A single call finds out; where more wait, each slot is filled as it comes free. */
  let line: "unknown" | "more" | "empty" = "unknown";
  /** When the next task is due, as far as is known, by the monotonic clock. */
  let dueAtMs = Number.POSITIVE_INFINITY;
  /** What Redis' clock is ahead of the monotonic one. */
  let redisAheadMs = 0;
  let isWaiting = false;
  let wakes = 0;
  let isFilling = false;
  let isPaused = false;
  let isSuspended = false;
  let answeredAt = performance.now();
  fillSoon();

  return {
    isPaused: () => isPaused,
    msSinceAnswer: () => performance.now() - answeredAt,
    pause() {
      if (isPaused) return;
      isPaused = true;
      waiting.disconnect();
      passMarkerOn();
    },
    suspend() {
      if (isPaused || isSuspended) return;
      isSuspended = true;
      if (isWaiting && waiting.status === "ready") waiting.disconnect(true);
      passMarkerOn();
    },
    resume() {
      if (!isSuspended) return;
      isSuspended = false;
      line = "unknown";
      fillSoon();
    },
    async idle() {
      await Promise.all(calls);
    },
  };

  /** A marker may have come here meanwhile: another worker is to find it. Where none does, all look in a few seconds. */
  function passMarkerOn(): void {
    runner.redis.zadd(runner.keys.marker, 0, "0").catch(() => {});
  }

  /** Slots that come free in the same turn of the event loop are filled by one call. */
  function fillSoon(): void {
    if (isFilling) return;
    isFilling = true;
    setImmediate(() => {
      isFilling = false;
      fill();
    });
  }

  function fill(): void {
    if (isPaused || isSuspended || free === 0 || (line === "unknown" && calls.size > 0)) return;
    if (line === "empty") {
      waitForWork();
      return;
    }
    const count = Math.min(free, most);
    free -= count;
    const call = takeSome(count).finally(() => {
      calls.delete(call);
      fillSoon();
    });
    calls.add(call);
    // Not in the same turn: what goes to Redis together is answered together, and both would wait for each other from then on.
    fillSoon();
  }

  async function takeSome(count: number): Promise<void> {
    const wakesBefore = wakes;
    let unused = count;
    try {
      callCount += 1;
      const token = `${tokens}:${callCount}`;
      const answer = await take(runner, { count, token, holder, leaseMs });
      answeredAt = performance.now();
      onLeased(answer.tasks);
      unused -= answer.tasks.length;
      redisAheadMs = answer.now - answeredAt;
      dueAtMs = answer.dueAt - redisAheadMs;
      if (answer.canceled > 0) onCanceled(answer.canceled);
      await afterThoseBefore();
      if (answer.hasMore) line = "more";
      // A wake that came meanwhile tells of a task that this call may not have seen.
      else if (wakes === wakesBefore) line = "empty";
      answer.tasks.forEach(start);
    } catch (error) {
      // Redis has answered, or the connection has said that it cannot: the loop lives.
      answeredAt = performance.now();
      line = "unknown";
      if (!isPaused) logFault(log, error, "taking tasks from the queue failed; trying again");
      await delay(TRY_AGAIN_MS);
    }
    free += unused;
  }

  /**
   * Tasks that came together would end together, and from then on Redis would wait for the worker and the worker for
   * Redis: some are started when what may have come of the others is on its way.
   */
  async function afterThoseBefore(): Promise<void> {
    const before = started;
    started = before.then(async () => {
      for (let i = 0; i < TURNS_OF_A_SHORT_TASK; i++) await nextTurn();
    });
    await before;
  }

  function start(task: TakenTask): void {
    let isReleased = false;
    onTask(task, () => {
      if (isReleased) return;
      isReleased = true;
      free += 1;
      fillSoon();
    });
  }

  async function waitForWork(): Promise<void> {
    if (isWaiting) return;
    isWaiting = true;
    try {
      await untilMarked();
    } catch (error) {
      if (isPaused) return;
      // A connection that was cut says so itself, and a call on the other one waits until Redis is back.
      if (waiting.status === "ready") logFault(log, error, "waiting for work failed; trying again");
      answeredAt = performance.now();
      await delay(TRY_AGAIN_MS);
    }
    isWaiting = false;
    wakes += 1;
    line = "unknown";
    // The marker was not for this worker where its last slot was taken meanwhile.
    if (free === 0 || isSuspended) passMarkerOn();
    fillSoon();
  }

  /** Resolves when a task may wait: one was put in line, or is due, or it is time to look anyway. */
  async function untilMarked(): Promise<void> {
    for (let dueMs = dueAtMs; dueMs > performance.now() && !isSuspended; ) {
      const waitMs = Math.min(LOOK_ANYWAY_MS, Math.max(SHORTEST_WAIT_MS, dueMs - performance.now()));
      const overdue = setInterval(() => {
        if (waiting.status === "ready") waiting.disconnect(true);
      }, waitMs + OVERDUE_MS);
      const marked = await waiting
        .bzpopmin(runner.keys.marker, waitMs / 1000)
        .finally(() => clearInterval(overdue));
      answeredAt = performance.now();
      // The score tells since when a task waits, or from when on it is due, by Redis' clock.
      if (marked === null) return;
      dueMs = Math.min(dueMs, Number(marked[2]) - redisAheadMs);
    }
  }
}
