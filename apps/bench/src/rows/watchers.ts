import { setTimeout as delay } from "node:timers/promises";
import { openEvents } from "../load/open-events.ts";
import { readUsage } from "../processes/proc.ts";
import { defineRow, valueAtMost } from "../row.ts";

const WATCHERS = 1000;
const MB = 1_000_000;

/** Many clients follow a task that says nothing. */
export const watchers = defineRow({
  name: "watchers",
  lines: {
    memory: {
      what: "1,000 idle watchers of a task, more RSS in the API",
      ...{ yardstick: null, unit: "MB", target: valueAtMost(60) },
    },
  },
  async run(bench) {
    const redis = await bench.redis();
    await bench.worker(redis, "tasks");
    const measure = async () => {
      // A new process each time: memory that was once used is not given back.
      const api = await bench.api(redis, "tasks");
      const { task_id } = await api.call<{ task_id: string }>("POST", "/tasks", { prompt: "mock:hang" });
      await delay(bench.size(500, 3000));
      const before = readUsage(api.pid).residentBytes;
      let heard = 0;
      const watchers = [];
      for (let i = 0; i < WATCHERS; i++) {
        watchers.push(await openEvents(`${api.url}/tasks/${task_id}/events`, () => heard++));
      }
      while (heard < WATCHERS) await delay(10);
      await delay(bench.size(500, 3000));
      const after = readUsage(api.pid).residentBytes;
      for (const { close } of watchers) close();
      await Promise.all(watchers.map(({ ended }) => ended));
      await api.call("POST", `/tasks/${task_id}/cancel`);
      await api.stop();
      return (after - before) / MB;
    };
    const rounds = await bench.interleave(bench.size(1, 3), { ours: measure }, { warmUp: false });
    return { memory: rounds.map(({ ours }) => ({ ours, yardstick: null })) };
  },
});
