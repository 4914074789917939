/**
 * Runs the scripts in ../lua.
 */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import type { Script } from "./load-script.ts";

export { loadScript, type Script } from "./load-script.ts";

export interface ScriptRunner {
  redis: Redis;
  keys: Keys;
}

/** Runs a script with named arguments, and blobs behind them. */
export async function run<T>(
  { text, sha }: Script,
  { redis, keys }: ScriptRunner,
  [args, ...blobs]: [object, ...(string | Buffer)[]],
  extraKeys: string[] = [],
): Promise<T> {
  const allKeys = [...keys.prefixes, ...extraKeys];
  const rest = [allKeys.length, ...allKeys, JSON.stringify(args), ...blobs] as const;
  try {
    return (await redis.evalsha(sha, ...rest)) as T;
  } catch (error) {
    // A restarted, flushed or failed-over Redis knows no scripts; EVAL teaches it this one.
    if (error instanceof Error && error.message.startsWith("NOSCRIPT")) {
      return (await redis.eval(text, ...rest)) as T;
    }
    throw error;
  }
}
