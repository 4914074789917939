import { submitMany } from "../load/submit-many.ts";
import { endedJobs, rateOf } from "../redis/ended-jobs.ts";
import { defineRow, ratioAtLeast } from "../row.ts";

/** Slots and tasks such that four workers leave two cores half idle: how they share is measured, not the machine. */
const SLOTS = 4;
const TASK_SECONDS = 0.05;

export const scaling = defineRow({
  name: "scaling",
  lines: {
    four: {
      what: `4 workers of ${SLOTS} slots, mock tasks of 50 ms`,
      yardstick: "four times what one worker does",
      unit: "/s",
      target: ratioAtLeast(0.9),
    },
  },
  async run(bench) {
    const redis = await bench.redis();
    const seconds = bench.size(1, 6);
    const measure = (workers: number) => async () => {
      const queue = `tasks-${workers}`;
      const count = (seconds * workers * SLOTS) / TASK_SECONDS;
      const api = await bench.api(redis, queue);
      const ended = endedJobs(redis.client, "hostRunner", queue);
      const before = await ended.count();
      const env = { HOST_RUNNER_CONCURRENCY: String(SLOTS), HOST_RUNNER_MOCK_SECONDS: String(TASK_SECONDS) };
      const programs = await Promise.all(
        Array.from({ length: workers }, () => bench.worker(redis, queue, env)),
      );
      await submitMany(api, count, { prompt: "p" });
      await ended.untilCount(before + count);
      await Promise.all([api, ...programs].map((program) => program.stop()));
      return rateOf(await ended.times(count));
    };
    const rounds = await bench.interleave(
      bench.size(1, 5),
      { one: measure(1), four: measure(4) },
      { warmUp: false },
    );
    return { four: rounds.map(({ one, four }) => ({ ours: four, yardstick: 4 * one })) };
  },
});
