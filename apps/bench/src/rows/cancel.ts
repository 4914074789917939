import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { percentile } from "../measure/statistics.ts";
import { defineRow, ratioAtMost, valueAtMost } from "../row.ts";
import { killAndNote } from "../yardsticks/kill.ts";

/** For the command to be up, and its machine at rest. */
const SETTLE_MS = 30;

/** From asking the API to its answer that nothing of the command runs, the command being in the worker's process tree. */
export const cancel = defineRow({
  name: "cancel",
  lines: {
    p50: {
      what: "cancel of a running task, request to answer, p50",
      yardstick: "bare kill to exit, plus two Redis round trips",
      unit: "ms",
      target: ratioAtMost(3),
    },
    p99: { what: "the same, p99", yardstick: null, unit: "ms", target: valueAtMost(50) },
  },
  async run(bench) {
    const redis = await bench.redis();
    const [api] = await Promise.all([
      bench.api(redis, "tasks"),
      bench.worker(redis, "tasks", {
        ...{
          HOST_RUNNER_EXECUTOR: "shell",
          HOST_RUNNER_CMD_TEMPLATE: "sleep {prompt}",
          HOST_RUNNER_SHELL: "none",
        },
      }),
    ]);
    const latencies = (cancelOne: () => Promise<number>) => async () => {
      const measured: number[] = [];
      for (let i = 0; i < bench.size(12, 150); i++) measured.push(await cancelOne());
      return { p50: percentile(measured, 0.5), p99: percentile(measured, 0.99) };
    };
    const rounds = await bench.interleave(bench.size(2, 7), {
      ours: latencies(async () => {
        const { task_id } = await api.call<Task>("POST", "/tasks", { prompt: "60" });
        while ((await api.call<Task>("GET", `/tasks/${task_id}`)).status !== "running") await delay(5);
        await delay(SETTLE_MS);
        const askedAt = performance.now();
        const { status } = await api.call<Task>("POST", `/tasks/${task_id}/cancel`);
        const tookMs = performance.now() - askedAt;
        if (status !== "canceled") throw new Error(`a task was ${status} after its cancel`);
        return tookMs;
      }),
      yardstick: latencies(async () => {
        const child = spawn("sleep", ["60"], { stdio: "ignore" });
        await delay(SETTLE_MS);
        const askedAt = performance.now();
        await killAndNote(redis.client, "task", child);
        return performance.now() - askedAt;
      }),
    });
    return {
      p50: rounds.map(({ ours, yardstick }) => ({ ours: ours.p50, yardstick: yardstick.p50 })),
      p99: rounds.map(({ ours }) => ({ ours: ours.p99, yardstick: null })),
    };
  },
});

interface Task {
  task_id: string;
  status: string;
}
