import { openEvents } from "../load/open-events.ts";
import { percentile } from "../measure/statistics.ts";
import { startWallClock } from "../measure/wall-clock.ts";
import { defineRow, valueAtMost } from "../row.ts";

/** A command writes the time, line by line; a client that follows it over HTTP compares. */
export const follow = defineRow({
  name: "follow",
  lines: {
    p50: {
      what: "a line written by a command, to the client that follows it, p50",
      ...{ yardstick: null, unit: "ms", target: valueAtMost(15) },
    },
    p99: { what: "the same, p99", yardstick: null, unit: "ms", target: valueAtMost(60) },
  },
  async run(bench) {
    const redis = await bench.redis();
    const lines = bench.size(40, 300);
    const [api] = await Promise.all([
      bench.api(redis, "tasks"),
      bench.worker(redis, "tasks", {
        HOST_RUNNER_EXECUTOR: "shell",
        HOST_RUNNER_CMD_TEMPLATE: `sleep 0.2; for i in {1..${lines}}; do sleep 0.0$((RANDOM % 30 + 10)); echo $EPOCHREALTIME; done`,
      }),
    ]);
    const rounds = await bench.interleave(bench.size(1, 5), {
      async ours() {
        const now = startWallClock();
        const latencies: number[] = [];
        const { task_id } = await api.call<{ task_id: string }>("POST", "/tasks", { prompt: "p" });
        const events = await openEvents(`${api.url}/tasks/${task_id}/events`, (name, data) => {
          const readAt = now();
          if (name !== "output") return;
          const written = (data as { text: string }).text.trim().split("\n");
          latencies.push(...written.map((time) => readAt - Number(time) * 1000));
        });
        await events.ended;
        if (latencies.length !== lines) throw new Error(`${latencies.length} of ${lines} lines came`);
        return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
      },
    });
    return {
      p50: rounds.map(({ ours }) => ({ ours: ours.p50, yardstick: null })),
      p99: rounds.map(({ ours }) => ({ ours: ours.p99, yardstick: null })),
    };
  },
});
