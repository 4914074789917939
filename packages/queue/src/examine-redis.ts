import { Redis } from "ioredis";
import { findProblem, parseInfo } from "./assert-usable-redis.ts";
import { addressOf } from "./connection.ts";

/** A Redis as an operator has to know it before tasks are trusted to it. */
export interface RedisExamination {
  version: string;
  maxmemoryPolicy: string;
  /** "always", "everysec" or "no"; null where it keeps no append-only file, or does not tell. */
  appendOnly: string | null;
  isAppendOnlyOff: boolean;
  /** The median of some round trips. */
  latencyMs: number;
  usedMemory: string;
  /** What makes it unusable, with what to do; null where nothing does. */
  problem: string | null;
}

const ROUND_TRIPS = 15;
const WITHIN_MS = 3_000;

/** Looks at a Redis and changes nothing. Rejects where it does not answer. */
export async function examineRedis(url: string): Promise<RedisExamination> {
  const redis = new Redis({
    ...addressOf(url),
    connectionName: "host-runner-examination",
    lazyConnect: true,
    connectTimeout: WITHIN_MS,
    commandTimeout: WITHIN_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    replyMapping: "legacy",
  });
  // The call that fails says only that there is no connection; why stands here.
  let reason: unknown;
  redis.on("error", (error) => {
    reason ??= error;
  });
  try {
    await redis.connect();
    const info = parseInfo(await redis.info());
    const isAppendOnlyOff = info.aof_enabled === "0";
    return {
      version: info.redis_version ?? "unknown",
      maxmemoryPolicy: info.maxmemory_policy ?? "unknown",
      appendOnly: isAppendOnlyOff ? null : await readFsync(redis),
      isAppendOnlyOff,
      latencyMs: await measureLatency(redis),
      usedMemory: info.used_memory_human ?? "unknown",
      problem: findProblem(info),
    };
  } catch (error) {
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}

/** Managed ones refuse CONFIG. */
async function readFsync(redis: Redis): Promise<string | null> {
  const answer = (await redis.config("GET", "appendfsync").catch(() => [])) as string[];
  return answer[1] ?? null;
}

async function measureLatency(redis: Redis): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUND_TRIPS; i++) {
    const before = performance.now();
    await redis.ping();
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)]!;
}
