import { Queue } from "bullmq";
import { addMany, submitMany } from "../load/submit-many.ts";
import { endedJobs, rateOf } from "../redis/ended-jobs.ts";
import { defineRow, type Line, ratioAtLeast } from "../row.ts";

const line = (concurrency: number): Line => ({
  what: `mock tasks of 0 s by one worker, concurrency ${concurrency}`,
  yardstick: "bare BullMQ worker, no-op, jobs kept",
  unit: "/s",
  target: ratioAtLeast(0.8),
});

/** A new worker finds many waiting tasks. What it is measured by is when BullMQ notes their ends. */
export const drain = defineRow({
  name: "drain",
  lines: { at10: line(10), at50: line(50) },
  async run(bench) {
    const redis = await bench.redis();
    const count = bench.size(2000, 15_000);
    const task = { prompt: "p".repeat(200) };
    let queues = 0;

    const ours = (concurrency: string) => async () => {
      const queue = `tasks-${++queues}`;
      const api = await bench.api(redis, queue);
      await submitMany(api, count, task);
      await api.stop();
      const env = { HOST_RUNNER_CONCURRENCY: concurrency, HOST_RUNNER_MOCK_SECONDS: "0" };
      const worker = await bench.worker(redis, queue, env);
      const ended = endedJobs(redis.client, "hostRunner", queue);
      await ended.untilCount(count);
      await worker.stop();
      return rateOf(await ended.times(count));
    };

    const yardstick = (concurrency: string) => async () => {
      const name = `jobs-${++queues}`;
      const queue = new Queue(name, { connection: redis.client });
      await addMany(queue, count, task);
      const worker = await bench.yardstick("worker", redis, name, { CONCURRENCY: concurrency });
      const ended = endedJobs(redis.client, "yardstick", name);
      await ended.untilCount(count);
      await worker.stop();
      return rateOf(await ended.times(count));
    };

    const measure = (concurrency: string) =>
      bench.interleave(
        bench.size(1, 7),
        { ours: ours(concurrency), yardstick: yardstick(concurrency) },
        { warmUp: false },
      );
    return { at10: await measure("10"), at50: await measure("50") };
  },
});
