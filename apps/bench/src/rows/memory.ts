import { setTimeout as delay } from "node:timers/promises";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { addMany, submitMany } from "../load/submit-many.ts";
import type { Program } from "../processes/start-program.ts";
import { endedJobs, prefixOf, type QueueKind } from "../redis/ended-jobs.ts";
import { defineRow, ratioAtMost } from "../row.ts";

const yardstick = "bare BullMQ job with the same data";
const OUTPUT_BYTES = 1024;

/** What Redis needs for a task beyond what it needs for none, each side on a Redis of its own. */
export const memory = defineRow({
  name: "memory",
  lines: {
    queued: { what: "Redis memory for a queued task", yardstick, unit: "bytes", target: ratioAtMost(1.3) },
    ended: {
      what: "Redis memory for an ended task with 1 KB of output",
      ...{ yardstick, unit: "bytes", target: ratioAtMost(1.5) },
    },
  },
  async run(bench) {
    const count = bench.size(2000, 10_000);
    // Has the length of a usual prompt, and prints as much as is asked for.
    const task = { prompt: `mock:print ${OUTPUT_BYTES}${" ".repeat(200)}` };

    const ours = async () => {
      const redis = await bench.redis();
      const api = await bench.api(redis, "tasks");
      const env = { HOST_RUNNER_MOCK_SECONDS: "0", HOST_RUNNER_CONCURRENCY: "50" };
      const needed = await measure("hostRunner", redis.client, {
        submit: () => submitMany(api, count, task),
        startWorker: () => bench.worker(redis, "tasks", env),
      });
      await api.stop();
      await redis.kill();
      return needed;
    };

    const theirs = async () => {
      const redis = await bench.redis();
      const queue = new Queue("tasks", { connection: redis.client });
      await queue.waitUntilReady();
      const env = { CONCURRENCY: "50", OUTPUT_BYTES: String(OUTPUT_BYTES) };
      const needed = await measure("yardstick", redis.client, {
        submit: () => addMany(queue, count, task),
        startWorker: () => bench.yardstick("worker", redis, "tasks", env),
      });
      await redis.kill();
      return needed;
    };

    const measure = async (kind: QueueKind, redis: Redis, { submit, startWorker }: Side) => {
      const empty = await settledMemory(redis, kind);
      await submit();
      const queued = await settledMemory(redis, kind);
      const worker = await startWorker();
      await endedJobs(redis, kind, "tasks").untilCount(count);
      const ended = await settledMemory(redis, kind);
      await worker.stop();
      return { queued: (queued - empty) / count, ended: (ended - empty) / count };
    };

    // Both at the same time: memory is no matter of speed.
    const both = async () => {
      const [ofOurs, ofTheirs] = await Promise.all([ours(), theirs()]);
      return { ours: ofOurs, yardstick: ofTheirs };
    };
    const rounds = await bench.interleave(bench.size(1, 3), { both }, { warmUp: false });
    const compare = (field: "queued" | "ended") =>
      rounds.map(({ both }) => ({ ours: both.ours[field], yardstick: both.yardstick[field] }));
    return { queued: compare("queued"), ended: compare("ended") };
  },
});

interface Side {
  submit(): Promise<void>;
  startWorker(): Promise<Program>;
}

/**
 * Bytes in use once they do not change any more. Left out: what connections and the log of writes hold for the moment,
 * and BullMQ's stream of events, which both sides have and which is cut at ten thousand events whatever the tasks are.
 */
async function settledMemory(redis: Redis, kind: QueueKind): Promise<number> {
  for (let last = Number.NaN; ; ) {
    await delay(300);
    const info = await redis.info("memory");
    const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
    const events = Number((await redis.memory("USAGE", `${prefixOf[kind]}:tasks:events`, "SAMPLES", 0)) ?? 0);
    const used = field("used_memory") - field("mem_clients_normal") - field("mem_aof_buffer") - events;
    if (Math.abs(used - last) < 10_000) return used;
    last = used;
  }
}
