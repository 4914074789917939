import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { readRedisClock } from "../../src/redis-clock.ts";
import { handlers, submission, withQueue } from "./with-queue.ts";

const HOUR_MS = 3_600_000;
const systemNow = Date.now;

/** Runs the body on a host whose wall clock is wrong. */
async function withClockOff<T>(offsetMs: number, body: () => Promise<T>): Promise<T> {
  Date.now = () => systemNow() + offsetMs;
  try {
    return await body();
  } finally {
    Date.now = systemNow;
  }
}

describe("a host whose clock is wrong", () => {
  it.each([HOUR_MS, -HOUR_MS])("tells Redis' time of all that happens (off by %d ms)", (offsetMs) =>
    withQueue(({ queue, consume, whenStatus, redis }) =>
      withClockOff(offsetMs, async () => {
        const before = await readRedisClock(redis);
        const { task } = await queue.submit(submission("t"));
        await consume(handlers.succeed);
        const ended = await whenStatus("t", "success");
        await queue.submit(submission("u"));
        const after = await readRedisClock(redis);
        const [worker] = await waitFor(async () => (await queue.workers())[0] && queue.workers(), {
          description: "the worker is told of",
        });
        const instants = [
          task.created_at,
          ended.started_at,
          ended.finished_at,
          ended.updated_at,
          worker?.since,
        ];
        for (const instant of instants) {
          expect(Date.parse(instant ?? "")).toBeGreaterThanOrEqual(before);
          expect(Date.parse(instant ?? "")).toBeLessThanOrEqual(after);
        }
        expect(Math.abs(queue.now() - after)).toBeLessThan(1000);
        expect((await queue.list({ limit: 10 })).tasks).toHaveLength(2);
      }),
    ),
  );

  it("starts no attempt before its backoff is over", () =>
    withQueue(({ queue, consume, whenStatus, redis, name }) =>
      withClockOff(HOUR_MS, async () => {
        const starts: number[] = [];
        await queue.submit(submission("t", { max_attempts: 2, backoff_seconds: 2 }));
        await consume(async () => {
          starts.push(performance.now());
          return handlers.fail();
        });
        const due = await waitFor(() => redis.hget(`{hr}:${name}:task-t@1`, "delayUntil"), {
          description: "it waits for its next attempt",
        });
        expect(Number(due)).toBeLessThan((await readRedisClock(redis)) + 3000);
        await whenStatus("t", "failed");
        // A quarter less than asked for at the least.
        expect(starts[1]! - starts[0]!).toBeGreaterThan(1450);
        expect(starts[1]! - starts[0]!).toBeLessThan(6000);
      }),
    ));

  it("removes no ended task before its time is over", () =>
    withQueue(({ queue, open, consume, whenStatus, redis, name }) =>
      withClockOff(8 * 24 * HOUR_MS, async () => {
        await consume(handlers.succeed);
        for (const id of ["a", "b", "c"]) await queue.submit(submission(id));
        for (const id of ["a", "b", "c"]) await whenStatus(id, "success");
        await open({ retention: { retentionSeconds: 7 * 24 * 3600, retentionCount: 2 } });
        await waitFor(async () => (await redis.zcard(`{hr}:${name}:completed`)) === 2, {
          description: "the one that is too much is removed",
        });
        expect(await queue.find("c")).toMatchObject({ status: "success" });
      }),
    ));

  it("waits as long as it is told to, whatever the clock does meanwhile", () =>
    withQueue(async ({ queue }) => {
      const { task } = await queue.submit(submission("t"));
      const began = performance.now();
      const waiting = queue.untilEnded(task, 400);
      await withClockOff(HOUR_MS, async () => {
        await waiting;
        expect(performance.now() - began).toBeGreaterThan(390);
      });
    }));
});
