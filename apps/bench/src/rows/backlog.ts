import { setTimeout as delay } from "node:timers/promises";
import { submitMany } from "../load/submit-many.ts";
import { endedJobs, rateOf } from "../redis/ended-jobs.ts";
import type { BenchRedis } from "../redis/start-redis.ts";
import { defineRow, ratioAtLeast } from "../row.ts";

const yardstick = "the same with none waiting";
const task = { prompt: "p".repeat(200) };

/** After so many it tells how far it is. */
const PORTION = 20_000;

/** Two Redis servers, one with very many waiting tasks, put there through POST /tasks/batch. */
export const backlog = defineRow({
  name: "backlog",
  lines: {
    submit: {
      what: "submissions behind 1,000,000 waiting tasks (quick: 20,000)",
      ...{ yardstick, unit: "/s", target: ratioAtLeast(0.8) },
    },
    dispatch: {
      what: "mock tasks of 0 s with as many waiting, concurrency 10",
      ...{ yardstick, unit: "/s", target: ratioAtLeast(0.8) },
    },
  },
  async run(bench) {
    const load = await bench.load();
    const open = async (waiting: number) => {
      const redis = await bench.redis();
      // Nothing is to be removed while it is counted.
      const api = await bench.api(redis, "tasks", { HOST_RUNNER_RETENTION_COUNT: "10000000" });
      for (let done = 0; done < waiting; done += PORTION) {
        bench.tell(`${done} of ${waiting} tasks wait`);
        await submitMany(api, PORTION, task);
      }
      await untilWritten(redis);
      return { redis, api };
    };
    const full = await open(bench.size(20_000, 1_000_000));
    const empty = await open(0);

    const submit =
      ({ api }: typeof full) =>
      async () => {
        const body = JSON.stringify(task);
        const order = { url: api.url, connections: 10, seconds: bench.size(0.3, 2), paths: ["/tasks"], body };
        return (await load({ ...order, method: "POST" })).perSecond;
      };
    const run =
      ({ redis, api }: typeof full, topUp: boolean) =>
      async () => {
        const count = bench.size(1500, 10_000);
        const ended = endedJobs(redis.client, "hostRunner", "tasks");
        const before = await ended.count();
        if (topUp) await submitMany(api, count, task);
        const worker = await bench.worker(redis, "tasks", {
          ...{ HOST_RUNNER_CONCURRENCY: "10", HOST_RUNNER_MOCK_SECONDS: "0" },
        });
        await ended.untilCount(before + count);
        const times = await ended.times((await ended.count()) - before);
        // The side without a backlog is to have none when it is measured next.
        while (topUp && (await redis.client.zcard("{hr}:tasks:prioritized")) > 0) await delay(20);
        await worker.stop();
        return rateOf(times.slice(0, count));
      };
    const rounds = await bench.interleave(bench.size(1, 5), {
      submitFull: submit(full),
      submitEmpty: submit(empty),
      runFull: run(full, false),
      runEmpty: run(empty, true),
    });
    return {
      submit: rounds.map(({ submitFull, submitEmpty }) => ({ ours: submitFull, yardstick: submitEmpty })),
      dispatch: rounds.map(({ runFull, runEmpty }) => ({ ours: runFull, yardstick: runEmpty })),
    };
  },
});

/** So much at once makes Redis write its log anew, which is to be over. */
async function untilWritten({ client }: BenchRedis): Promise<void> {
  while (/aof_rewrite_(in_progress|scheduled):1/.test(await client.info("persistence"))) await delay(100);
}
