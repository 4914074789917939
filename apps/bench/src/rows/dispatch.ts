import { setTimeout as delay } from "node:timers/promises";
import { Queue } from "bullmq";
import { percentile } from "../measure/statistics.ts";
import { startWallClock } from "../measure/wall-clock.ts";
import { defineRow, ratioAtMost } from "../row.ts";

const yardstick = "BullMQ add to processor, plus a bare spawn";

/** From submitting to the time that the command itself tells, with nothing else to do. */
export const dispatch = defineRow({
  name: "dispatch",
  lines: {
    p50: { what: "submit to the command running, p50", yardstick, unit: "ms", target: ratioAtMost(1.4) },
    p99: { what: "the same, p99", yardstick, unit: "ms", target: ratioAtMost(1.4) },
  },
  async run(bench) {
    const redis = await bench.redis();
    const command = "date +%s%N";
    const [api] = await Promise.all([
      bench.api(redis, "tasks"),
      bench.worker(redis, "tasks", {
        ...{ HOST_RUNNER_EXECUTOR: "shell", HOST_RUNNER_CMD_TEMPLATE: command, HOST_RUNNER_SHELL: "none" },
      }),
      bench.yardstick("worker-spawn", redis, "jobs", { COMMAND: command }),
    ]);
    const queue = new Queue("jobs", { connection: redis.client });

    const latencies = (submitAndRead: () => Promise<string>) => async () => {
      const now = startWallClock();
      const measured: number[] = [];
      for (let i = 0; i < bench.size(20, 200); i++) {
        // Never in step with a timer of the programs.
        await delay(5 + Math.random() * 10);
        const submittedAt = now();
        const toldAt = Number((await submitAndRead()).trim()) / 1e6;
        measured.push(toldAt - submittedAt);
      }
      return { p50: percentile(measured, 0.5), p99: percentile(measured, 0.99) };
    };
    const rounds = await bench.interleave(bench.size(2, 7), {
      ours: latencies(async () => {
        const { task_id } = await api.call<{ task_id: string }>("POST", "/tasks", { prompt: "p" });
        return poll(async () => {
          const { status, stdout } = await api.call<{ status: string; stdout: string }>(
            "GET",
            `/tasks/${task_id}`,
          );
          return status === "success" ? stdout : null;
        });
      }),
      yardstick: latencies(async () => {
        const { id } = await queue.add("task", { prompt: "p" });
        return poll(async () => {
          const result = await redis.client.hget(`bull:jobs:${id}`, "returnvalue");
          return result && (JSON.parse(result) as { stdout: string }).stdout;
        });
      }),
    });
    return {
      p50: rounds.map(({ ours, yardstick }) => ({ ours: ours.p50, yardstick: yardstick.p50 })),
      p99: rounds.map(({ ours, yardstick }) => ({ ours: ours.p99, yardstick: yardstick.p99 })),
    };
  },
});

/** The command has told its time by then: looking for it disturbs nothing that is measured. */
async function poll(read: () => Promise<string | null>): Promise<string> {
  for (let tries = 0; tries < 1000; tries++) {
    await delay(10);
    const text = await read();
    if (text !== null) return text;
  }
  throw new Error("a command did not end");
}
