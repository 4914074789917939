import { fileURLToPath } from "node:url";
import type { LoopReport } from "../processes/watch-loop.ts";
import { defineRow, valueAtLeast, valueAtMost } from "../row.ts";

const MEGABYTES_PER_SECOND = 55;
const path = (name: string) => fileURLToPath(new URL(`../processes/${name}.js`, import.meta.url));

/** A command prints as fast as is promised, for some seconds; the worker's loop is watched from within. */
export const steadyOutput = defineRow({
  name: "steady-output",
  lines: {
    rate: {
      what: `output of a command that prints ${MEGABYTES_PER_SECOND} MB/s, into Redis`,
      ...{ yardstick: null, unit: "MB/s", target: valueAtLeast(50) },
    },
    blocked: {
      what: "longest time for which the worker's loop was blocked by it",
      ...{ yardstick: null, unit: "ms", target: valueAtMost(50) },
    },
  },
  async run(bench) {
    const redis = await bench.redis();
    const seconds = bench.size(1, 8);
    const settings = {
      ...{ HOST_RUNNER_EXECUTOR: "shell", HOST_RUNNER_SHELL: "none" },
      HOST_RUNNER_CMD_TEMPLATE: `${process.execPath} ${path("print-steadily")} {prompt}`,
    };
    const api = await bench.api(redis, "tasks");
    const worker = await bench.worker(redis, "tasks", settings, ["--import", path("watch-loop")]);
    const rounds = await bench.interleave(bench.size(1, 5), {
      async ours() {
        await worker.ask<LoopReport>("report");
        const prompt = JSON.stringify({ megabytesPerSecond: MEGABYTES_PER_SECOND, seconds });
        const { task_id } = await api.call<Task>("POST", "/tasks", { prompt });
        const task = await api.untilEnded<Task>(task_id);
        const { longestMs } = await worker.ask<LoopReport>("report");
        const tookMs = Date.parse(task.finished_at) - Date.parse(task.started_at);
        return { rate: task.stdout_bytes / 1000 / tookMs, blocked: longestMs };
      },
    });
    return {
      rate: rounds.map(({ ours }) => ({ ours: ours.rate, yardstick: null })),
      blocked: rounds.map(({ ours }) => ({ ours: ours.blocked, yardstick: null })),
    };
  },
});

interface Task {
  task_id: string;
  stdout_bytes: number;
  started_at: string;
  finished_at: string;
}
