import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineRow, ratioAtLeast } from "../row.ts";

const MB = 1_000_000;

/** One command prints a big file; from its submission until its last byte and its end are in Redis. */
export const output = defineRow({
  name: "output",
  lines: {
    rate: {
      what: "output of one command into Redis",
      yardstick: "spawn + XADD of 64 KiB chunks with MAXLEN",
      unit: "MB/s",
      target: ratioAtLeast(0.7),
    },
  },
  async run(bench) {
    const megabytes = bench.size(50, 300);
    const file = join(bench.folder, "output.log");
    writeFileSync(file, logLines(megabytes * MB));
    const redis = await bench.redis();
    const [api, xadd] = await Promise.all([
      bench.api(redis, "tasks"),
      bench.yardstick("output-xadd", redis, "unused"),
      bench.worker(redis, "tasks", {
        ...{
          HOST_RUNNER_EXECUTOR: "shell",
          HOST_RUNNER_CMD_TEMPLATE: "cat {prompt}",
          HOST_RUNNER_SHELL: "none",
        },
      }),
    ]);
    const rounds = await bench.interleave(bench.size(2, 7), {
      async ours() {
        const { task_id } = await api.call<Task>("POST", "/tasks", { prompt: file });
        const task = await api.untilEnded<Task>(task_id);
        if (task.stdout_bytes !== megabytes * MB) throw new Error(`${task.stdout_bytes} bytes were printed`);
        return (megabytes / (Date.parse(task.finished_at) - Date.parse(task.created_at))) * 1000;
      },
      yardstick: async () => megabytes / (await xadd.ask<{ seconds: number }>(file)).seconds,
    });
    return { rate: rounds };
  },
});

interface Task {
  task_id: string;
  stdout_bytes: number;
  created_at: string;
  finished_at: string;
}

/** What builds and agents print: lines of some length, hardly two alike. */
function logLines(bytes: number): string {
  const lines: string[] = [];
  for (let length = 0, number = 0; length < bytes; number++) {
    const line = `2026-01-31T12:00:00.${String(number % 1000).padStart(3, "0")}Z  src/module-${number}.ts: compiled and checked, ${number * 7} nodes, no problem found\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join("").slice(0, bytes);
}
