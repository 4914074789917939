import { execFileSync } from "node:child_process";
import { Queue } from "bullmq";
import { addMany, submitMany } from "../load/submit-many.ts";
import { readCpuMs } from "../processes/proc.ts";
import type { Program } from "../processes/start-program.ts";
import { endedJobs } from "../redis/ended-jobs.ts";
import { defineRow, ratioAtLeast, ratioAtMost } from "../row.ts";

const AT_A_TIME = 4;

/** Many short commands at 4 at a time, from the submission of the first to the stored result of the last. */
export const shell = defineRow({
  name: "shell",
  lines: {
    commands: {
      what: "`true` by the shell executor, 4 at a time",
      yardstick: "BullMQ + child_process.spawn with pipes, output stored",
      unit: "/s",
      target: ratioAtLeast(1.4),
    },
    bare: {
      what: "the same",
      yardstick: "xargs -P 4 -n 1 true, without a queue",
      unit: "/s",
      target: ratioAtLeast(0.4),
    },
    cpu: {
      what: "the same: CPU of the worker's own process for each",
      yardstick: "BullMQ + child_process.spawn with pipes, output stored",
      unit: "ms",
      target: ratioAtMost(0.6),
    },
  },
  async run(bench) {
    const redis = await bench.redis();
    const count = bench.size(150, 1000);
    const task = { prompt: "p" };
    const [api, worker, spawner] = await Promise.all([
      bench.api(redis, "tasks"),
      bench.worker(redis, "tasks", {
        ...{ HOST_RUNNER_EXECUTOR: "shell", HOST_RUNNER_CMD_TEMPLATE: "true", HOST_RUNNER_SHELL: "none" },
        HOST_RUNNER_CONCURRENCY: String(AT_A_TIME),
      }),
      bench.yardstick("worker-spawn", redis, "jobs", { COMMAND: "true", CONCURRENCY: String(AT_A_TIME) }),
    ]);
    const queue = new Queue("jobs", { connection: redis.client });

    const measure =
      (kind: "hostRunner" | "yardstick", name: string, { pid }: Program, submit: () => Promise<void>) =>
      async () => {
        const ended = endedJobs(redis.client, kind, name);
        const before = await ended.count();
        const cpuBefore = readCpuMs(pid);
        const start = Date.now();
        await submit();
        await ended.untilCount(before + count);
        const [end] = await ended.times(1);
        return {
          rate: (count / (end! - start)) * 1000,
          cpuMs: (readCpuMs(pid) - cpuBefore) / count,
        };
      };
    const rounds = await bench.interleave(bench.size(2, 9), {
      ours: measure("hostRunner", "tasks", worker, () => submitMany(api, count, task)),
      yardstick: measure("yardstick", "jobs", spawner, () => addMany(queue, count, task)),
      xargs: async () => runByXargs(count),
    });
    return {
      commands: rounds.map(({ ours, yardstick }) => ({ ours: ours.rate, yardstick: yardstick.rate })),
      bare: rounds.map(({ ours, xargs }) => ({ ours: ours.rate, yardstick: xargs })),
      cpu: rounds.map(({ ours, yardstick }) => ({ ours: ours.cpuMs, yardstick: yardstick.cpuMs })),
    };
  },
});

/** How many a second. Nothing else is to be done here meanwhile, so it may block. */
function runByXargs(count: number): number {
  const start = performance.now();
  execFileSync("xargs", ["-P", String(AT_A_TIME), "-n", "1", "true"], {
    input: "x\n".repeat(count),
    stdio: ["pipe", "ignore", "inherit"],
  });
  return (count / (performance.now() - start)) * 1000;
}
