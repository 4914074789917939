import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { Queue } from "bullmq";
import { executionsOf, handlers, submission, withQueue } from "./with-queue.ts";

const strangeIds = [
  "1",
  "completed",
  "meta",
  "wait",
  "a:b",
  "a/b",
  "a b",
  "~",
  "~2F",
  "..",
  "🙂",
  "é".repeat(128),
];

describe("submitting a task", () => {
  it("leaves the record, line, marker and events that BullMQ's own add would leave", () =>
    withQueue(async ({ queue, redis, name }) => {
      await queue.submit(submission("t"));
      const bullmq = new Queue(`${name}-bullmq`, { connection: redis, prefix: "{hr}" });
      await bullmq.add("t", { prompt: "hi" }, { jobId: "task-t@1", attempts: 1, priority: 5 });

      const look = async (queueName: string) => {
        const key = (suffix: string) => `{hr}:${queueName}:${suffix}`;
        const { timestamp, place: _place, ...record } = await redis.hgetall(key("task-t@1"));
        // BullMQ repeats the job's id among its options; the key says it already.
        const { jobId: _, ...opts } = JSON.parse(record.opts ?? "");
        const events = await redis.xrange(key("events"), "-", "+");
        return {
          record: { ...record, opts },
          timestamp: typeof timestamp,
          line: await redis.zrange(key("prioritized"), "0", "-1", "WITHSCORES"),
          marker: await redis.zrange(key("marker"), "0", "-1", "WITHSCORES"),
          events: events.map(([, fields]) => fields),
        };
      };
      expect(await look(name)).toEqual(await look(`${name}-bullmq`));
      expect(await queue.bullmq.getJobCounts()).toMatchObject({ prioritized: 1, waiting: 0, active: 0 });
    }));

  it("makes a task of its own of every strange id", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      for (const id of strangeIds) {
        const { created } = await queue.submit(submission(id, { prompt: `prompt of ${id}` }));
        expect(created).toBe(true);
      }
      await consume(async (task) => ({
        ...(await handlers.succeed()),
        message: `${task.taskId}: ${task.submission.prompt}`,
      }));
      for (const id of strangeIds) {
        const task = await whenStatus(id, "success");
        expect(task).toMatchObject({ task_id: id, message: `${id}: prompt of ${id}`, execution: 1 });
      }
      expect(await queue.bullmq.getJobCounts()).toMatchObject({ waiting: 0, completed: strangeIds.length });
    }));

  it("makes one execution of two hundred identical submissions at once", () =>
    withQueue(async ({ queue, open }) => {
      const other = await open();
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, i) => (i % 2 ? queue : other).submit(submission("t"))),
      );
      expect(answers.filter(({ created }) => created)).toHaveLength(1);
      expect(
        new Set(answers.map(({ task }) => `${task.task_id} ${task.execution} ${task.created_at}`)).size,
      ).toBe(1);
      expect(await executionsOf(queue, "t")).toHaveLength(1);
      expect(await queue.bullmq.getPrioritizedCount()).toBe(1);
    }));

  it("makes one task of conflicting submissions at once, and refuses the rest", () =>
    withQueue(async ({ queue }) => {
      const answers = await Promise.allSettled(
        Array.from({ length: 50 }, (_, i) => queue.submit(submission("t", { prompt: `prompt ${i}` }))),
      );
      const refusals = answers
        .filter((answer) => answer.status === "rejected")
        .map(({ reason }) => reason.code);
      expect(refusals).toEqual(Array(49).fill("conflict"));
      expect(await executionsOf(queue, "t")).toHaveLength(1);
    }));

  it("starts a new execution where the last one has ended, whatever its content", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t"));
      const consumer = await consume(handlers.succeed);
      await whenStatus("t", "success");
      consumer.pause();

      const { task, created } = await queue.submit(submission("t", { prompt: "other" }));
      expect({ created, execution: task.execution, status: task.status }).toEqual({
        created: true,
        execution: 2,
        status: "queued",
      });
      expect((await queue.find("t", 1))?.status).toBe("success");
      expect((await executionsOf(queue, "t")).map(({ execution, status }) => [execution, status])).toEqual([
        [2, "queued"],
        [1, "success"],
      ]);
    }));

  it("is refused beyond the limit of waiting tasks, and taken again below it", () =>
    withQueue(async ({ open }) => {
      const queue = await open({ maxQueued: 2 });
      await queue.submit(submission("a"));
      await queue.submit(submission("b"));
      await expect(queue.submit(submission("c"))).rejects.toMatchObject({
        code: "queue_full",
        retryAfterSeconds: 5,
      });
      // One that is there already adds nothing.
      expect((await queue.submit(submission("b"))).created).toBe(false);
      await queue.cancel("a");
      expect((await queue.submit(submission("c"))).created).toBe(true);
    }));

  it("does not need the scripts to be known to Redis", () =>
    withQueue(async ({ queue, redis }) => {
      await queue.submit(submission("a"));
      await redis.script("FLUSH");
      expect((await queue.submit(submission("b"))).created).toBe(true);
    }));
});

describe("an idempotency key", () => {
  const idempotency = { caller: "ci", key: "k", body: "digest" };

  it("answers what it answered first, also when the task has ended", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      const first = await queue.submit(submission("t"), idempotency);
      await consume(handlers.succeed);
      await whenStatus("t", "success");
      expect(await queue.submit(submission("t"), idempotency)).toEqual(first);
      expect(await executionsOf(queue, "t")).toHaveLength(1);
    }));

  it("gives a submission without a task_id the name that it got first", () =>
    withQueue(async ({ queue }) => {
      const first = await queue.submit(submission("made-1"), idempotency);
      const second = await queue.submit(submission("made-2"), idempotency);
      expect(second).toEqual(first);
      expect(await queue.find("made-2")).toBeNull();
    }));

  it("makes one task of many submissions at once", () =>
    withQueue(async ({ queue }) => {
      const names = Array.from({ length: 50 }, (_, i) => `made-${i}`);
      const answers = await Promise.all(names.map((name) => queue.submit(submission(name), idempotency)));
      expect(new Set(answers.map(({ task }) => task.task_id)).size).toBe(1);
      expect(await queue.bullmq.getPrioritizedCount()).toBe(1);
    }));

  it("is refused with another body", () =>
    withQueue(async ({ queue }) => {
      await queue.submit(submission("t"), idempotency);
      const refused = queue.submit(submission("u"), { ...idempotency, body: "other" });
      await expect(refused).rejects.toMatchObject({ code: "invalid" });
      expect(await queue.find("u")).toBeNull();
    }));

  it("belongs to the caller who gave it", () =>
    withQueue(async ({ queue }) => {
      await queue.submit(submission("t"), idempotency);
      const { created } = await queue.submit(submission("u"), {
        ...idempotency,
        caller: "bot",
        body: "other",
      });
      expect(created).toBe(true);
    }));

  const withKey = (i: number) => ({ ...idempotency, key: `k${i}` });

  it("is written into the record of its task only if the record names fewer than 100 keys", () =>
    withQueue(async ({ queue, redis, name }) => {
      for (let i = 0; i < 150; i++) await queue.submit(submission("t"), withKey(i));
      const named = await redis.hget(`{hr}:${name}:task-t@1`, "idempotency");
      expect(named?.split(" ")).toHaveLength(100);
      const keys = await redis.keys(`{hr}.${name}:idempotency:*`);
      expect(keys).toHaveLength(150);
      const seconds = await Promise.all(keys.map((key) => redis.ttl(key)));
      expect(Math.min(...seconds)).toBeGreaterThan(23 * 60 * 60);
      const again = await queue.submit(submission("t"), withKey(149));
      expect(again).toMatchObject({ created: false, task: { task_id: "t", execution: 1 } });
    }));

  it("makes a new task once the task that it stood for is gone, also with another body", () =>
    withQueue(async ({ queue, open, redis }) => {
      for (let i = 0; i < 102; i++) await queue.submit(submission("t"), withKey(i));
      await queue.cancel("t");
      await open({ retention: { retentionSeconds: 1, retentionCount: 0 } });
      await waitFor(async () => (await queue.find("t")) === null, { description: "the task is gone" });
      expect(await redis.keys("*:idempotency:*")).toHaveLength(2);

      expect(await queue.submit(submission("t"), withKey(100))).toMatchObject({ created: true });
      const other = await queue.submit(submission("u"), { ...withKey(101), body: "other" });
      expect(other).toMatchObject({ created: true, task: { task_id: "u" } });
    }));

  it("does not answer with a task of the same name that was made after the first one was gone", () =>
    withQueue(async ({ queue, open, redis, name }) => {
      await queue.submit(submission("t"));
      await queue.submit(submission("t"), withKey(1));
      await redis.hdel(`{hr}:${name}:task-t@1`, "idempotency");
      await queue.cancel("t");
      const pruning = await open({ retention: { retentionSeconds: 1, retentionCount: 0 } });
      await waitFor(async () => (await queue.find("t")) === null, { description: "the task is gone" });
      await pruning.close();

      await queue.submit(submission("t", { prompt: "another" }));
      const refused = queue.submit(submission("t"), withKey(1));
      await expect(refused).rejects.toMatchObject({ code: "conflict" });
    }));
});

describe("rerunning a task", () => {
  it("starts the same submission as one new execution, however many ask at once", () =>
    withQueue(async ({ queue, open }) => {
      const other = await open();
      await queue.submit(submission("t", { prompt: "again", metadata: { a: [] } }));
      await queue.cancel("t");
      const answers = await Promise.allSettled([queue.rerun("t"), other.rerun("t")]);
      expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const executions = await executionsOf(queue, "t");
      expect(executions).toMatchObject([
        { execution: 2, status: "queued", metadata: { a: [] } },
        { execution: 1, status: "canceled" },
      ]);
    }));

  it("is refused while the task has not ended", () =>
    withQueue(async ({ queue }) => {
      await queue.submit(submission("t"));
      await expect(queue.rerun("t")).rejects.toMatchObject({ code: "conflict" });
    }));

  it("of an unknown task finds nothing", () =>
    withQueue(async ({ queue }) => {
      expect(await queue.rerun("t")).toBeNull();
    }));
});
