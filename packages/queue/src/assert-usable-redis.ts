import { setTimeout as pause } from "node:timers/promises";
import { HostRunnerError } from "@host-runner/contracts";
import { checkAccess, throwIfRefused } from "./check-access.ts";
import type { Log } from "./log.ts";
import { describeRefusal, isMisconfiguration, refusalOf } from "./redis-refusal.ts";
import type { ScriptRunner } from "./run-script.ts";

const OLDEST_VERSION = [6, 2];

const TRY_AGAIN_MS = 300;

/**
 * Waits until Redis takes calls, and resolves with Redis' clock. Throws where it refuses the password or a right, would lose tasks, or lacks a command;
 * warns where it would lose tasks in a crash.
 */
export async function assertUsableRedis(runner: ScriptRunner, log: Log): Promise<{ redisNow: number }> {
  const { info, redisNow } = await whenAllowed(log, async () => {
    const info = parseInfo(await runner.redis.info());
    const problem = findProblem(info);
    if (problem) throw new HostRunnerError("queue_unavailable", problem);
    const access = await checkAccess(runner);
    throwIfRefused(access);
    return { info, redisNow: access.now };
  });
  if (info.aof_enabled === "0") {
    log.warn({}, "Redis keeps no append-only file: tasks are lost when it crashes (set appendonly yes)");
  }
  return { redisNow };
}

/** Makes a call again until Redis does not refuse it. Throws where it refuses the password or a right. */
export async function whenAllowed<T>(log: Log, call: () => Promise<T>): Promise<T> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await call();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      const message = describeRefusal((error as Error).message);
      if (isMisconfiguration(refusal)) throw new HostRunnerError("queue_unavailable", explain(message));
      if (!isTold) log.warn({}, `Redis refuses calls: ${message}; waiting until Redis takes them`);
      await pause(TRY_AGAIN_MS);
    }
  }
}

function explain(message: string): string {
  const advice = message.startsWith("NOPERM")
    ? "give the user that right with ACL SETUSER"
    : "check user and password in REDIS_URL";
  return `Redis refuses access: ${message}; ${advice}`;
}

/** What makes a Redis unusable, as one line that says what to do; null where nothing does. */
export function findProblem(info: Record<string, string>): string | null {
  const version = info.redis_version ?? "0";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST_VERSION[0]! || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1]!)) {
    return `Redis ${version} is too old: host-runner needs ${OLDEST_VERSION.join(".")} or newer`;
  }
  const policy = info.maxmemory_policy;
  if (policy !== undefined && policy !== "noeviction") {
    return `Redis may evict tasks: its maxmemory-policy is ${policy}, set it to noeviction`;
  }
  return null;
}

export function parseInfo(text: string): Record<string, string> {
  const fields = text.split("\r\n").filter((line) => line.includes(":"));
  return Object.fromEntries(
    fields.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
  );
}
