import { Queue } from "bullmq";
import { addMany, submitMany } from "../load/submit-many.ts";
import { endedJobs } from "../redis/ended-jobs.ts";
import { defineRow, ratioAtLeast } from "../row.ts";

const TASKS = 100;

/** GET /tasks/{id} of ended tasks with 1 KB of output. */
export const reads = defineRow({
  name: "reads",
  lines: {
    rate: {
      what: "GET /tasks/{id}, 50 connections",
      yardstick: "node:http + HGETALL + JSON",
      unit: "/s",
      target: ratioAtLeast(0.6),
    },
  },
  async run(bench) {
    const redis = await bench.redis();
    const queue = new Queue("jobs", { connection: redis.client });
    const [api, http] = await Promise.all([
      bench.api(redis, "tasks"),
      bench.yardstick("read-http", redis, "jobs"),
      bench.worker(redis, "tasks", { HOST_RUNNER_MOCK_SECONDS: "0" }),
      bench.yardstick("worker", redis, "jobs", { OUTPUT_BYTES: "1024" }),
    ]);
    await Promise.all([
      submitMany(api, TASKS, { prompt: "mock:print 1024" }),
      addMany(queue, TASKS, { prompt: "mock:print 1024" }),
    ]);
    await endedJobs(redis.client, "hostRunner", "tasks").untilCount(TASKS);
    await endedJobs(redis.client, "yardstick", "jobs").untilCount(TASKS);
    const { tasks } = await api.call<{ tasks: { task_id: string }[] }>("GET", `/tasks?limit=${TASKS}`);
    const jobs = await queue.getCompleted(0, TASKS - 1);

    const load = await bench.load();
    const read = (url: string, ids: string[]) => async () => {
      const paths = ids.map((id) => `/tasks/${id}`);
      const seconds = bench.size(0.4, 2);
      return (await load({ url, connections: 50, seconds, method: "GET", paths })).perSecond;
    };
    const rounds = await bench.interleave(bench.size(2, 7), {
      ours: read(
        api.url,
        tasks.map(({ task_id }) => task_id),
      ),
      yardstick: read(
        http.greeting[1]!,
        jobs.map(({ id }) => id!),
      ),
    });
    return { rate: rounds };
  },
});
