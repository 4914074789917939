/**
 * Takes tasks while slots are free, and waits for work where there is none: on BullMQ's marker, which every script sets
 * that puts a task in line.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Log } from "./log.ts";
import type { ScriptRunner } from "./run-script.ts";
import { giveBack, type TakenTask, take } from "./scripts.ts";

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
  /** Takes no more; what is on its way here is given back. */
  pause(): void;
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
  /** Told of each task; `release` gives its slot back, once. */
  onTask: (task: TakenTask, release: () => void) => void;
  log: Log;
}

export function startTaking({
  runner,
  waiting,
  concurrency,
  holder,
  leaseMs,
  onTask,
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
  /** When the next task is due, as far as is known. */
  let dueAt = Number.POSITIVE_INFINITY;
  let isWaiting = false;
  let wakes = 0;
  let isFilling = false;
  let isPaused = false;
  let answeredAt = Date.now();
  fillSoon();

  return {
    isPaused: () => isPaused,
    msSinceAnswer: () => Date.now() - answeredAt,
    pause() {
      if (isPaused) return;
      isPaused = true;
      waiting.disconnect();
      // A marker may have come here meanwhile: another worker is to find it. Where none does, all look in a few seconds.
      runner.redis.zadd(runner.keys.marker, 0, "0").catch(() => {});
    },
    async idle() {
      await Promise.all(calls);
    },
  };

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
    if (isPaused || free === 0 || (line === "unknown" && calls.size > 0)) return;
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
      const answer = await take(runner, { count, now: Date.now(), token, holder, leaseMs });
      answeredAt = Date.now();
      unused -= answer.tasks.length;
      dueAt = answer.dueAt;
      await afterThoseBefore();
      if (answer.hasMore) line = "more";
      // A wake that came meanwhile tells of a task that this call may not have seen.
      else if (wakes === wakesBefore) line = "empty";
      if (isPaused) await Promise.all(answer.tasks.map(returnUnstarted));
      else answer.tasks.forEach(start);
    } catch (error) {
      line = "unknown";
      if (!isPaused) log.warn({ err: error as Error }, "taking tasks from the queue failed; trying again");
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

  /** The answer to a question from before the pause: what it would run on may be gone. */
  async function returnUnstarted({ claim, startedOn }: TakenTask): Promise<void> {
    try {
      await giveBack(runner, { ...claim, startedOn });
    } catch (error) {
      log.warn({ err: error as Error, job: claim.jobId }, "giving back a task failed; its lease expires");
    }
  }

  async function waitForWork(): Promise<void> {
    if (isWaiting) return;
    isWaiting = true;
    try {
      await untilMarked();
    } catch (error) {
      if (isPaused) return;
      // Where the connection was cut, it says so itself, and a call on the other one waits until Redis is back.
      if (waiting.status === "ready")
        log.warn({ err: error as Error }, "waiting for work failed; trying again");
      await delay(TRY_AGAIN_MS);
    }
    isWaiting = false;
    wakes += 1;
    line = "unknown";
    // The marker was not for this worker where its last slot was taken meanwhile.
    if (free === 0) runner.redis.zadd(runner.keys.marker, 0, "0").catch(() => {});
    fillSoon();
  }

  /** Resolves when a task may wait: one was put in line, or is due, or it is time to look anyway. */
  async function untilMarked(): Promise<void> {
    for (let due = dueAt; due > Date.now(); ) {
      const waitMs = Math.min(LOOK_ANYWAY_MS, Math.max(SHORTEST_WAIT_MS, due - Date.now()));
      const overdue = setInterval(() => {
        if (waiting.status === "ready") waiting.disconnect(true);
      }, waitMs + OVERDUE_MS);
      const marked = await waiting
        .bzpopmin(runner.keys.marker, waitMs / 1000)
        .finally(() => clearInterval(overdue));
      answeredAt = Date.now();
      // The score tells since when a task waits, or from when on it is due.
      if (marked === null) return;
      due = Math.min(due, Number(marked[2]));
    }
  }
}
