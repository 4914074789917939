import { Queue } from "bullmq";
import { addMany, submitMany } from "../load/submit-many.ts";
import { endedJobs } from "../redis/ended-jobs.ts";
import { defineRow, ratioAtLeast } from "../row.ts";

/** Many short commands at 4 at a time, from the submission of the first to the stored result of the last. */
export const shell = defineRow({
  name: "shell",
  lines: {
    commands: {
      what: "`true` by the shell executor, 4 at a time",
      yardstick: "BullMQ + child_process.spawn with pipes, output stored",
      unit: "/s",
      target: ratioAtLeast(1),
    },
  },
  async run(bench) {
    const redis = await bench.redis();
    const count = bench.size(150, 1000);
    const task = { prompt: "p" };
    const [api] = await Promise.all([
      bench.api(redis, "tasks"),
      bench.worker(redis, "tasks", {
        ...{ HOST_RUNNER_EXECUTOR: "shell", HOST_RUNNER_CMD_TEMPLATE: "true", HOST_RUNNER_SHELL: "none" },
        HOST_RUNNER_CONCURRENCY: "4",
      }),
      bench.yardstick("worker-spawn", redis, "jobs", { COMMAND: "true", CONCURRENCY: "4" }),
    ]);
    const queue = new Queue("jobs", { connection: redis.client });

    const measure =
      (kind: "hostRunner" | "yardstick", name: string, submit: () => Promise<void>) => async () => {
        const ended = endedJobs(redis.client, kind, name);
        const before = await ended.count();
        const start = Date.now();
        await submit();
        await ended.untilCount(before + count);
        const [end] = await ended.times(1);
        return (count / (end! - start)) * 1000;
      };
    const rounds = await bench.interleave(bench.size(2, 9), {
      ours: measure("hostRunner", "tasks", () => submitMany(api, count, task)),
      yardstick: measure("yardstick", "jobs", () => addMany(queue, count, task)),
    });
    return { commands: rounds };
  },
});
