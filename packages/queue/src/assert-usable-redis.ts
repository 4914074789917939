import { HostRunnerError } from "@host-runner/contracts";
import type { Redis } from "ioredis";
import type { Log } from "./log.ts";

const OLDEST_VERSION = [6, 2];

/** Throws where this Redis would lose tasks or lacks a command; warns where it would lose them in a crash. */
export async function assertUsableRedis(redis: Redis, log: Log): Promise<void> {
  const info = parseInfo(await redis.info());
  const problem = findProblem(info);
  if (problem) throw new HostRunnerError("queue_unavailable", problem);
  if (info.aof_enabled === "0") {
    log.warn({}, "Redis keeps no append-only file: tasks are lost when it crashes (set appendonly yes)");
  }
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
