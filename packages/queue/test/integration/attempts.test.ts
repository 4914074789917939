import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { executionsOf, handlers, submission, withQueue } from "./with-queue.ts";

const threeAttempts = { max_attempts: 3, backoff_seconds: 0 };

describe("attempts", () => {
  it("are made until one succeeds, and each is told of", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t", threeAttempts));
      await consume(async (task) => (task.attempt < 3 ? handlers.fail() : handlers.succeed()));
      expect(await whenStatus("t", "success")).toMatchObject({ attempt: 3, max_attempts: 3, exit_code: 0 });
      const [execution] = await executionsOf(queue, "t");
      expect(execution?.attempts).toMatchObject([
        { attempt: 1, exit_code: 3, reason: "exit_code", message: "mock execution failed" },
        { attempt: 2, exit_code: 3, reason: "exit_code" },
        { attempt: 3, exit_code: 0, reason: null, message: "mock execution completed" },
      ]);
      for (const { worker, started_at, finished_at } of execution!.attempts) {
        expect(worker).toMatchObject({ pid: process.pid });
        expect(Date.parse(finished_at!)).toBeGreaterThanOrEqual(Date.parse(started_at!));
      }
    }));

  it("end with the last one's failure", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t", threeAttempts));
      const starts: number[] = [];
      await consume(async (task) => {
        starts.push(task.attempt);
        return handlers.fail();
      });
      expect(await whenStatus("t", "failed")).toMatchObject({
        attempt: 3,
        reason: "exit_code",
        exit_code: 3,
      });
      expect(starts).toEqual([1, 2, 3]);
      expect(await queue.bullmq.getJobCounts()).toMatchObject({
        failed: 1,
        waiting: 0,
        delayed: 0,
        active: 0,
      });
    }));

  it("wait for a time that grows, and the task says until when and after what", () =>
    withQueue(async ({ queue, consume, redis, name }) => {
      await queue.submit(submission("t", { max_attempts: 3, backoff_seconds: 60 }));
      await consume(handlers.fail);
      const waiting = () =>
        waitFor(
          async () => {
            const task = await queue.find("t");
            return task?.status === "queued" && task.delay_until !== null && task;
          },
          { description: "the task waits for its next attempt" },
        );
      const first = await waiting();
      expect(first).toMatchObject({
        attempt: 1,
        message: "waiting for attempt 2 of 3 after: mock execution failed",
        reason: null,
        started_at: expect.any(String),
      });
      const delayOf = ({ delay_until, updated_at }: typeof first) =>
        Date.parse(delay_until!) - Date.parse(updated_at);
      expect(delayOf(first)).toBeGreaterThanOrEqual(45_000);
      expect(delayOf(first)).toBeLessThanOrEqual(75_000);
      expect(await queue.bullmq.getDelayedCount()).toBe(1);

      // As if the time had come: BullMQ promotes what is due.
      await redis.zadd(`{hr}:${name}:delayed`, 1, "task-t@1");
      await redis.zadd(`{hr}:${name}:marker`, 0, "0");
      const second = await waitFor(async () => (await waiting()).attempt === 2 && (await waiting()), {
        description: "the second attempt has failed",
      });
      expect(delayOf(second)).toBeGreaterThanOrEqual(90_000);
      expect(delayOf(second)).toBeLessThanOrEqual(150_000);
    }));

  it("wait an hour at most", () =>
    withQueue(async ({ queue, consume }) => {
      await queue.submit(submission("t", { max_attempts: 10, backoff_seconds: 3600 }));
      await consume(handlers.fail);
      const task = await waitFor(
        async () => {
          const task = await queue.find("t");
          return task?.delay_until && task;
        },
        { description: "the task waits" },
      );
      const delay = Date.parse(task.delay_until!) - Date.parse(task.updated_at);
      expect(delay).toBeLessThanOrEqual(3_600_000);
    }));

  it("are not made of a task that is canceled while it waits for the next one", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t", { max_attempts: 3, backoff_seconds: 60 }));
      await consume(handlers.fail);
      await waitFor(async () => (await queue.find("t"))?.delay_until, { description: "the task waits" });
      expect(await queue.cancel("t")).toMatchObject({ status: "canceled", attempt: 1, delay_until: null });
      const [execution] = await executionsOf(queue, "t");
      expect(execution?.attempts).toMatchObject([{ attempt: 1, reason: "exit_code" }]);
      expect(await queue.bullmq.getJobCounts()).toMatchObject({ failed: 1, delayed: 0, waiting: 0 });
      await queue.submit(submission("next"));
      await whenStatus("next", "failed");
    }));

  it("are not made of a task that fails while its cancel is on its way", () =>
    withQueue(async ({ queue, consume, whenStatus, redis, name }) => {
      await queue.submit(submission("t", threeAttempts));
      await consume(async () => {
        await redis.hset(`{hr}:${name}:task-t@1`, "cancelRequestedAt", Date.now());
        return handlers.fail();
      });
      expect(await whenStatus("t", "canceled")).toMatchObject({
        attempt: 1,
        reason: "canceled",
        exit_code: 3,
      });
    }));

  it("of a task whose worker was shut down are made at once", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t", { max_attempts: 2, backoff_seconds: 3600 }));
      await consume(async ({ attempt }) =>
        attempt === 1
          ? { ...(await handlers.fail()), reason: "shutdown" as const, message: "its worker was shut down" }
          : handlers.succeed(),
      );
      expect(await whenStatus("t", "success")).toMatchObject({ attempt: 2 });
    }));
});
