import { checkAccess, throwIfRefused } from "./check-access.ts";
import type { Log } from "./log.ts";
import { describeRefusal, refusalOf } from "./redis-refusal.ts";
import type { ScriptRunner } from "./run-script.ts";

const ASK_MS = 1_000;

/** A connection may stand although nobody answers: after this long without an answer Redis counts as away. */
const SILENT_MS = 2_500;

/** Whether Redis does what host-runner needs. */
export interface RedisWatch {
  isWell(): boolean;
  /** What is wrong with Redis, in words for people; null where nothing is. */
  problem(): string | null;
  /** For how long Redis has been well, in ms; 0 where it is not. */
  wellForMs(): number;
  /** Redis' clock, in ms since the epoch, as far as it is known: an estimate for display, not for decisions. */
  now(): number;
  /** Called whenever a connection is made, and when a refusal is over: leases may have expired meanwhile. */
  onRecovery(listener: () => void): void;
  stop(): void;
}

interface WatchOptions {
  /** Redis' clock as it is now. */
  redisNow: number;
  log: Log;
}

/**
 * Asks Redis every second, by trying all commands that host-runner needs. A ping would tell nothing of a Redis that
 * refuses writes. The log has one line when a refusal begins, and one when it is over.
 */
export function watchRedis(runner: ScriptRunner, { redisNow, log }: WatchOptions): RedisWatch {
  const { redis } = runner;
  let answeredAt = performance.now();
  let wellSince = performance.now();
  let refused: string | null = null;
  let isAsking = false;
  let clock = { redisMs: redisNow, at: performance.now() };
  const recoveries: (() => void)[] = [];
  redis.on("ready", recovered);
  const timer = setInterval(ask, ASK_MS);
  ask();

  return {
    isWell: () => problem() === null,
    problem,
    wellForMs: () => (problem() === null ? performance.now() - wellSince : 0),
    now: () => Math.round(clock.redisMs + performance.now() - clock.at),
    onRecovery: (listener) => void recoveries.push(listener),
    stop() {
      clearInterval(timer);
      redis.off("ready", recovered);
    },
  };

  function problem(): string | null {
    if (refused !== null) return `Redis refuses calls: ${refused}`;
    const isAnswering = redis.status === "ready" && performance.now() - answeredAt < SILENT_MS;
    return isAnswering ? null : "Redis is away";
  }

  function recovered(): void {
    wellSince = performance.now();
    for (const listener of recoveries) listener();
    ask();
  }

  async function ask(): Promise<void> {
    // While Redis is away the question waits with everything else.
    if (isAsking) return;
    isAsking = true;
    try {
      const asked = performance.now();
      const access = await checkAccess(runner);
      const at = performance.now();
      if (access.now > 0) clock = { redisMs: access.now, at: (asked + at) / 2 };
      throwIfRefused(access);
      // Whoever was silent for long was away.
      if (at - answeredAt > SILENT_MS) wellSince = at;
      answeredAt = at;
      tellEnd();
    } catch (error) {
      if (refusalOf(error) !== null) tellRefusal(describeRefusal((error as Error).message));
    } finally {
      isAsking = false;
    }
  }

  function tellRefusal(message: string): void {
    answeredAt = performance.now();
    if (refused === null) {
      log.warn({}, `Redis refuses calls: ${message}; all of them are tried again until Redis takes them`);
    }
    refused = message;
  }

  function tellEnd(): void {
    if (refused === null) return;
    refused = null;
    log.info("Redis takes calls again");
    recovered();
  }
}
