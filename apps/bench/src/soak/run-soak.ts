import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openBench } from "../bench.ts";
import { countDescriptors, readResident } from "../processes/proc.ts";
import type { Program } from "../processes/start-program.ts";
import type { BenchRedis } from "../redis/start-redis.ts";
import { openCalls } from "./calls.ts";
import { type Growth, judgeGrowth, type Sample } from "./growth.ts";
import { limitOf } from "./limits.ts";
import { playLoad } from "./play-load.ts";
import type { MemoryAnswer, Question } from "./probe.ts";

export interface SoakOptions {
  minutes: number;
  /** Calls a second. */
  rate: number;
  /** Where heap snapshots of the members go, one after the warm-up and one at the end; none without. */
  snapshots?: string | undefined;
  /** What programs need of the machine to run at all. */
  path: string;
  stop: AbortSignal;
  tell: (progress: string) => void;
}

export interface SoakReport {
  minutes: number;
  rate: number;
  warmUpMinutes: number;
  calls: number;
  failures: number;
  /** The first failures in words. */
  words: readonly string[];
  growth: Growth[];
  samples: Sample[];
}

/** Ended tasks that are kept: the number of keys is the same from the first minutes on. */
const RETENTION_COUNT = 2_000;

/** A sixth of the time, ten minutes of an hour, is warm-up: code is compiled and caches are filled. */
const WARM_UP_SHARE = 1 / 6;

/** At least so many samples, and one each half minute. */
const MIN_SAMPLES = 24;
const SAMPLE_EVERY_MS = 30_000;

const probe = fileURLToPath(new URL("probe.js", import.meta.url));
const withProbe = ["--expose-gc", "--import", probe];

/**
 * Puts a load of all kinds of calls on an API and a worker for a while, and measures what grows. Null where it was stopped
 * before the end. Nothing of it runs any more then.
 */
export async function runSoak(options: SoakOptions): Promise<SoakReport | null> {
  const { minutes, rate, path, stop, tell } = options;
  const bench = openBench({ quick: false, parentFolder: tmpdir(), path, tell, addTable: () => {} });
  const receiver = createServer((request, response) => request.resume().on("end", () => response.end()));
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  try {
    const redis = await bench.redis();
    const api = await bench.api(
      redis,
      "soak",
      { HOST_RUNNER_RETENTION_COUNT: String(RETENTION_COUNT) },
      withProbe,
    );
    const worker = await bench.worker(redis, "soak", workerSettings, withProbe);
    const members = { api, worker };
    const calls = openCalls(api.url, callbackUrl);
    const load = playLoad(calls, rate);
    const samples: Sample[] = [];
    const durationMs = minutes * 60_000;
    const warmUpMs = durationMs * WARM_UP_SHARE;
    const intervalMs = Math.min(SAMPLE_EVERY_MS, durationMs / MIN_SAMPLES);
    let isWarm = false;
    const startedAt = performance.now();
    for (let dueMs = intervalMs; dueMs <= durationMs; dueMs += intervalMs) {
      await delay(startedAt + dueMs - performance.now(), undefined, { signal: stop }).catch(() => {});
      if (stop.aborted) return null;
      const values = await takeSample(members, redis);
      const atMs = performance.now() - startedAt;
      samples.push({ atMs, values });
      tell(describe(atMs, values, load.tally()));
      if (!isWarm && atMs >= warmUpMs) {
        isWarm = true;
        await takeSnapshots(members, options.snapshots, "warm");
      }
    }
    await load.stop();
    await takeSnapshots(members, options.snapshots, "end");
    await calls.close();
    const growth = judgeGrowth(samples, warmUpMs, limitOf);
    return { minutes, rate, warmUpMinutes: minutes * WARM_UP_SHARE, ...load.tally(), growth, samples };
  } finally {
    await bench.end();
    receiver.closeAllConnections();
    receiver.close();
  }
}

const workerSettings = {
  HOST_RUNNER_EXECUTOR: "shell",
  HOST_RUNNER_CMD_TEMPLATE: "echo {prompt}",
  HOST_RUNNER_MOCK_SECONDS: "0",
  HOST_RUNNER_CONCURRENCY: "10",
};

type Members = Record<"api" | "worker", Program>;

async function takeSample(members: Members, { client }: BenchRedis): Promise<Sample["values"]> {
  const values: Sample["values"] = {};
  for (const [name, { pid, ask }] of Object.entries(members)) {
    const { heapBytes, externalBytes } = await ask<MemoryAnswer>({ ask: "memory" } satisfies Question);
    values[`${name} heap bytes`] = heapBytes;
    values[`${name} external bytes`] = externalBytes;
    values[`${name} resident bytes`] = readResident(pid);
    values[`${name} descriptors`] = countDescriptors(pid);
  }
  values["redis keys"] = await client.dbsize();
  const used = /^used_memory:(\d+)/m.exec(await client.info("memory"))?.[1];
  values["redis memory bytes"] = Number(used);
  return values;
}

async function takeSnapshots(members: Members, folder: string | undefined, when: string): Promise<void> {
  if (folder === undefined) return;
  for (const [name, { ask }] of Object.entries(members)) {
    const file = join(folder, `${name}-${when}.heapsnapshot`);
    await ask<string>({ ask: "snapshot", file } satisfies Question);
  }
}

const MB = 1_000_000;

function describe(
  atMs: number,
  values: Sample["values"],
  { calls, failures }: { calls: number; failures: number },
): string {
  const megabytes = (name: string) => (values[name]! / MB).toFixed(2);
  const member = (name: string) =>
    `${name} ${megabytes(`${name} heap bytes`)} MB heap, ${megabytes(`${name} external bytes`)} MB external, ` +
    `${megabytes(`${name} resident bytes`)} MB RSS, ${values[`${name} descriptors`]} descriptors`;
  const minutes = (atMs / 60_000).toFixed(1);
  return `${minutes} min  ${calls} calls, ${failures} failed; ${member("api")}; ${member("worker")}; ${values["redis keys"]} keys`;
}
