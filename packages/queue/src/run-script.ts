/**
 * Loads and runs the scripts in ../lua.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";

export interface ScriptRunner {
  redis: Redis;
  keys: Keys;
}

export interface Script {
  text: string;
  sha: string;
}

/** Reads a script and puts in the files that it includes. */
export function loadScript(name: string): Script {
  const read = (path: string) => readFileSync(new URL(`../lua/${path}.lua`, import.meta.url), "utf8");
  const text = read(name).replace(/^--- @include "(.+)"$/gm, (_, include) => read(`includes/${include}`));
  return { text, sha: createHash("sha1").update(text).digest("hex") };
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
