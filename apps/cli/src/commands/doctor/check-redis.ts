import { examineRedis, type RedisExamination } from "@host-runner/queue";
import { type Finding, ok, problem, warning } from "./finding.ts";

const SLOW_MS = 5;

/** The Redis of REDIS_URL. */
export async function checkRedis(url: string): Promise<Finding[]> {
  const what = "Redis";
  try {
    return judgeRedis(await examineRedis(url));
  } catch (error) {
    const { message } = error as Error;
    return [problem(what, `does not answer: ${message}`, "start it, or correct REDIS_URL")];
  }
}

/** Pure. */
export function judgeRedis(redis: RedisExamination): Finding[] {
  const what = "Redis";
  const { version, maxmemoryPolicy, appendOnly, isAppendOnlyOff, latencyMs, usedMemory } = redis;
  const speed = `${latencyMs.toFixed(1)} ms a round trip`;
  const findings = [
    redis.problem
      ? problem(what, redis.problem, "see docs/operations.md, Redis")
      : ok(what, `${version}, maxmemory-policy ${maxmemoryPolicy}, uses ${usedMemory}`),
    latencyMs > SLOW_MS
      ? warning(what, speed, "bring it nearer to the API and the workers, or look at its load")
      : ok(what, speed),
  ];
  if (isAppendOnlyOff) {
    findings.push(warning(what, "keeps no append-only file: a crash loses tasks", "set appendonly yes"));
  } else if (appendOnly === "no") {
    const mend = "set appendfsync everysec or always";
    findings.push(warning(what, "leaves it to the system when to write its file out", mend));
  } else {
    findings.push(ok(what, `keeps an append-only file${appendOnly ? `, written out: ${appendOnly}` : ""}`));
  }
  return findings;
}
