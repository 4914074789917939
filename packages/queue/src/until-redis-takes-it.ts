import { setTimeout as pause } from "node:timers/promises";
import { HostRunnerError } from "@host-runner/contracts";
import type { Log } from "./log.ts";
import { reachingRedis } from "./queue-error.ts";

const TRY_AGAIN_MS = 300;

interface Persistence {
  /** What it is that cannot be done, for the log. */
  purpose: string;
  log: Log;
  /** Aborted when nobody needs it any more; the call's last error is thrown then. */
  abandoned: AbortSignal;
}

/**
 * Makes a call until it succeeds. The connection itself waits for a Redis that is away; one that is there may
 * refuse writes for a while. Throws what is no matter of time.
 */
export async function untilRedisTakesIt<T>(
  { purpose, log, abandoned }: Persistence,
  call: () => Promise<T>,
): Promise<T> {
  for (let told = false; ; told = true) {
    try {
      return await reachingRedis(purpose, call);
    } catch (error) {
      const passing = error instanceof HostRunnerError && error.code === "queue_unavailable";
      if (!passing || abandoned.aborted) throw error;
      if (!told) log.warn({ err: error.cause as Error }, `cannot ${purpose}; trying again until it works`);
      await pause(TRY_AGAIN_MS);
    }
  }
}
