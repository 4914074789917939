import { isEnded } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";
import { handlers, submission, withQueue } from "./with-queue.ts";

describe("canceling a task", () => {
  it("ends a waiting one at once, and no worker ever starts it", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t"));
      const task = await queue.cancel("t");
      expect(task).toMatchObject({
        status: "canceled",
        reason: "canceled",
        message: "canceled by api",
        attempt: 0,
        worker: null,
      });
      const started: string[] = [];
      await consume(async ({ taskId }) => {
        started.push(taskId);
        return handlers.succeed();
      });
      await queue.submit(submission("next"));
      await whenStatus("next", "success");
      expect(started).toEqual(["next"]);
      expect(await queue.bullmq.getJobCounts()).toMatchObject({
        waiting: 0,
        active: 0,
        failed: 1,
        completed: 1,
      });
    }));

  it("tells the worker that has it, from any producer, and says canceled when it has ended", () =>
    withQueue(async ({ queue, open, consume, whenStatus }) => {
      await queue.submit(submission("t"));
      await consume(handlers.hang);
      await whenStatus("t", "running");
      const other = await open();
      const asked = await other.cancel("t");
      expect(asked).toMatchObject({ status: "running", cancel_requested_at: expect.any(String) });
      expect(await other.untilEnded(asked!, 5_000)).toMatchObject({
        status: "canceled",
        reason: "canceled",
        signal: "SIGTERM",
      });
    }));

  it("leaves a task alone that has ended", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t"));
      await consume(handlers.fail);
      const before = await whenStatus("t", "failed");
      expect(await queue.cancel("t")).toEqual(before);
    }));

  it("of an unknown task finds nothing", () =>
    withQueue(async ({ queue }) => {
      expect(await queue.cancel("t")).toBeNull();
    }));

  it("reaches a task whose wish was published before the worker knew of it", () =>
    withQueue(async ({ queue, consume, redis, name }) => {
      // Asked again and again while tasks are being taken, some wishes fall into the gap.
      await consume(handlers.hang, { concurrency: 20 });
      const ids = Array.from({ length: 100 }, (_, i) => `t${i}`);
      await Promise.all(
        ids.map(async (id) => {
          await queue.submit(submission(id));
          const task = await queue.cancel(id);
          expect(isEnded((await queue.untilEnded(task!, 10_000)).status)).toBe(true);
        }),
      );
      expect(await redis.llen(`{hr}:${name}:active`)).toBe(0);
    }));

  it("works where the message to the worker is lost", () =>
    withQueue(async ({ queue, consume, whenStatus, redis, name }) => {
      await queue.submit(submission("t"));
      await consume(handlers.hang);
      await whenStatus("t", "running");
      // The wish without its message.
      await redis.hset(`{hr}:${name}:task-t@1`, "cancelRequestedAt", Date.now());
      await whenStatus("t", "canceled");
    }));
});
