import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { Queue, Worker } from "bullmq";
import { createKeys } from "../../src/keys.ts";
import { take } from "../../src/scripts.ts";
import { handlers, submission, type TestQueue, withQueue } from "./with-queue.ts";

const lease = { token: "token", holder: "mock w 1 host", leaseMs: 60_000 };

function takeFrom({ redis, name }: Pick<TestQueue, "redis" | "name">, count: number) {
  return take({ redis, keys: createKeys(name) }, { ...lease, count });
}

describe("taking tasks", () => {
  it("leaves the record, lock, line, marker and events that BullMQ's own worker would leave", () =>
    withQueue(async ({ redis, name, open, connect }) => {
      const bullmqName = `${name}-bullmq`;
      for (const queueName of [name, bullmqName]) {
        const queue = await open({ queue: queueName });
        for (const id of ["t", "u"]) await queue.submit(submission(id));
      }
      const { tasks } = await takeFrom({ redis, name }, 1);
      const worker = new Worker(bullmqName, null, {
        connection: connect({ maxRetriesPerRequest: null }),
        prefix: "{hr}",
        name: lease.holder,
        lockDuration: lease.leaseMs,
        skipVersionCheck: true,
      });
      const job = await worker.getNextJob(lease.token, { block: false });
      await worker.close(true);
      expect(tasks.map(({ claim }) => claim.jobId)).toEqual([job?.id]);

      const look = async (queueName: string) => {
        const key = (suffix: string) => `{hr}:${queueName}:${suffix}`;
        const { timestamp: _, processedOn, ...record } = await redis.hgetall(key("task-t@1"));
        const events = await redis.xrange(key("events"), "-", "+");
        const lockedMs = await redis.pttl(key("task-t@1:lock"));
        return {
          ...{ record, isStarted: Number(processedOn) > 0, lock: await redis.get(key("task-t@1:lock")) },
          isLocked: lockedMs > lease.leaseMs / 2 && lockedMs <= lease.leaseMs,
          line: await redis.zrange(key("prioritized"), "0", "-1", "WITHSCORES"),
          active: await redis.lrange(key("active"), 0, -1),
          marker: await redis.zrange(key("marker"), "0", "-1", "WITHSCORES"),
          events: events.map(([, fields]) => fields),
        };
      };
      expect(await look(name)).toEqual(await look(bullmqName));
    }));

  it("takes the oldest first, as many as are asked for, and says whether more wait", () =>
    withQueue(async (test) => {
      for (const id of ["a", "b", "c"]) await test.queue.submit(submission(id));
      const first = await takeFrom(test, 2);
      expect(first.tasks.map(({ taskId }) => taskId)).toEqual(["a", "b"]);
      expect(first.hasMore).toBe(true);
      const second = await takeFrom(test, 2);
      expect(second.tasks.map(({ taskId }) => taskId)).toEqual(["c"]);
      expect(second.hasMore).toBe(false);
    }));

  it("tells when the next task is due, and takes none before", () =>
    withQueue(async (test) => {
      const { queue, redis, name, consume } = test;
      await queue.submit(submission("t", { max_attempts: 2, backoff_seconds: 600 }));
      const consumer = await consume(handlers.fail);
      const due = await waitFor(() => redis.hget(`{hr}:${name}:task-t@1`, "delayUntil"), {
        description: "it waits for its next attempt",
      });
      await consumer.close(1000);
      expect(await takeFrom(test, 1)).toMatchObject({ tasks: [], hasMore: false, dueAt: Number(due) });
    }));

  it("heeds a queue that somebody paused or limited by BullMQ's own means", () =>
    withQueue(async (test) => {
      const bullmq = new Queue(test.name, { connection: test.redis, prefix: "{hr}" });
      for (const id of ["a", "b", "c"]) await test.queue.submit(submission(id));
      await bullmq.pause();
      expect((await takeFrom(test, 3)).tasks).toEqual([]);
      await bullmq.resume();
      await bullmq.setGlobalConcurrency(2);
      expect((await takeFrom(test, 3)).tasks).toHaveLength(2);
    }));
});
