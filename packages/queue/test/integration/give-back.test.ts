import type { CallbackBody } from "@host-runner/contracts";
import type { DeliverCallback } from "@host-runner/queue";
import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { Worker } from "bullmq";
import { BULLMQ_PREFIX, createKeys } from "../../src/keys.ts";
import { canceledOutcome, lostOutcome } from "../../src/outcomes.ts";
import type { NotStarted } from "../../src/run-attempt.ts";
import type { ScriptRunner } from "../../src/run-script.ts";
import { finish, giveBack, reclaimLost, take as takeTasks } from "../../src/scripts.ts";
import { createLog } from "./create-log.ts";
import { handlers, submission, type TestQueue, withQueue } from "./with-queue.ts";
import { withRoad } from "./with-road.ts";

describe("a lease that nobody heard of", () => {
  it("is given back once: a second look at it does not take the next lease of the task away", () =>
    withQueue(async ({ queue, redis, name, connect }) => {
      const runner = { redis, keys: createKeys(name) };
      const worker = new Worker(name, null, {
        connection: connect({ maxRetriesPerRequest: null }),
        prefix: BULLMQ_PREFIX,
        name: "me",
        skipVersionCheck: true,
      });
      try {
        await queue.submit(submission("t"));
        const first = await worker.getNextJob("one", { block: false });
        const seen = { jobId: "task-t@1", holder: "me", attempt: 1, startedOn: first?.processedOn ?? 0 };
        expect(await giveBack(runner, seen)).toBe("given-back");
        expect(await queue.find("t")).toMatchObject({ status: "queued", attempt: 0 });

        await waitFor(() => Date.now() > seen.startedOn, { description: "the clock has moved on" });
        const again = await worker.getNextJob("two", { block: false });
        expect(again).toMatchObject({ id: "task-t@1", attemptsStarted: 1 });
        expect(await giveBack(runner, seen)).toBe("changed");
        expect(await queue.find("t")).toMatchObject({ status: "running", attempt: 1 });
      } finally {
        await worker.close(true);
      }
    }));
});

describe("a task's place in line", () => {
  const take = (runner: ScriptRunner, count: number) =>
    takeTasks(runner, { token: "token", holder: "mock w 1 host", leaseMs: 60_000, count });

  it("is kept when it is given back, retried or lost with its worker: before all that came after it", () =>
    withQueue(async ({ queue, redis, name, consume }) => {
      const runner = { redis, keys: createKeys(name) };
      for (const id of ["a", "b", "c", "d"])
        await queue.submit(submission(id, { max_attempts: 2, backoff_seconds: 0 }));
      const { tasks } = await take(runner, 3);
      const [a, b, c] = tasks;
      await giveBack(runner, { ...c!.claim, startedOn: c!.startedOn });
      const ended = { endedAtMs: performance.now(), canceled: null, parts: null };
      const output = { entries: [], drop: [], isAll: true, isLost: false };
      await finish(runner, [{ ...ended, claim: b!.claim, outcome: await handlers.fail(), output }]);
      await redis.del(`{hr}:${name}:task-a@1:lock`);
      const lost = { intervalMs: 1, lost: lostOutcome, canceled: canceledOutcome };
      for (let look = 0; look < 2; look++) {
        await redis.del(`{hr}.${name}:reclaim-check`);
        await reclaimLost(runner, lost);
      }
      await queue.submit(submission("e"));
      // Some are due at once, and stand among the delayed ones until the next look.
      const order: string[] = [];
      const consumer = await consume(
        async ({ taskId }) => {
          order.push(taskId);
          return handlers.succeed();
        },
        { concurrency: 1 },
      );
      await waitFor(() => order.length === 5, { description: "all have run" });
      await consumer.close(1000);
      expect(order).toEqual(["a", "b", "c", "d", "e"]);
      expect(a!.taskId).toBe("a");
    }));
});

describe("a cancel request", () => {
  const takeOne = async ({ redis, name }: { redis: TestQueue["redis"]; name: string }) => {
    const runner = { redis, keys: createKeys(name) };
    const lease = { token: "token", holder: "mock w 1 host", leaseMs: 60_000, count: 1 };
    const { tasks } = await takeTasks(runner, lease);
    return { runner, task: tasks[0]! };
  };

  it("that meets a give-back ends the task: it never starts", () =>
    withQueue(async ({ queue, redis, name }) => {
      await queue.submit(submission("t"));
      const { runner, task } = await takeOne({ redis, name });
      await queue.cancel("t");
      expect(await giveBack(runner, { ...task.claim, startedOn: task.startedOn })).toBe("canceled");
      expect(await queue.find("t")).toMatchObject({
        ...{ status: "canceled", reason: "canceled", attempt: 0, started_at: null },
      });
      expect(await queue.bullmq.getJobCounts()).toMatchObject({ active: 0, waiting: 0, failed: 1 });
    }));

  it("ends a task that stands in line in whatever way, instead of its start", () =>
    withQueue(async ({ queue, redis, name }) => {
      for (const id of ["t", "u"]) await queue.submit(submission(id));
      await redis.hset(`{hr}:${name}:task-t@1`, "cancelRequestedAt", "1");
      const { runner, task } = await takeOne({ redis, name });
      expect(task).toBeUndefined();
      expect(await queue.find("t")).toMatchObject({ status: "canceled", attempt: 0 });
      const next = await takeTasks(runner, {
        token: "token",
        holder: "mock w 1 host",
        leaseMs: 60_000,
        count: 1,
      });
      expect(next.tasks.map(({ taskId }) => taskId)).toEqual(["u"]);
    }));

  it("that comes while a worker stops and gives the task back is not forgotten", () =>
    withQueue(({ queue, consume, url, redis, name }) =>
      withRoad(url, async (road) => {
        const consumer = await consume(handlers.succeed, { redisUrl: road.url });
        road.block();
        await queue.submit(submission("t"));
        await waitFor(() => road.waiting().includes('"count"'), { description: "it asks for the task" });
        consumer.pause();
        const closed = consumer.close(5_000);
        // Canceled between the lease and the give-back: the give-back waits until the lease is there.
        road.refuse(null);
        road.open();
        await waitFor(async () => (await redis.hget(`{hr}:${name}:task-t@1`, "finishedOn")) === null, {
          description: "it has not ended",
        });
        await queue.cancel("t");
        await closed;
        await waitFor(async () => (await queue.find("t"))?.status === "canceled", {
          description: "t is canceled",
        });
        expect(await queue.find("t")).toMatchObject({ attempt: 0 });
      }),
    ));
});

describe("a worker whose host cannot start an attempt", () => {
  const notStarted: NotStarted = { kind: "not-started", hostFault: "out of process ids" };

  it("gives the task back without using an attempt, to a healthy worker, and is not ready until its host is well", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      let problem: string | null = "out of process ids";
      let tries = 0;
      const { lines, log } = createLog();
      const sick = await consume(
        async () => {
          tries += 1;
          return problem === null ? handlers.succeed() : notStarted;
        },
        { checkHost: async () => problem, log },
      );
      for (const id of ["a", "b", "c", "d"]) await queue.submit(submission(id));
      await waitFor(() => sick.problem() === "this host cannot start tasks: out of process ids", {
        description: "the worker says why it takes nothing",
      });
      expect(sick.isConsuming()).toBe(false);
      const triesBefore = tries;
      expect(triesBefore).toBeLessThanOrEqual(4);
      await waitFor(async () => (await queue.depth()).waiting === 4, { description: "all wait again" });

      const healthy = await consume(handlers.succeed);
      for (const id of ["a", "b", "c", "d"]) {
        expect(await whenStatus(id, "success")).toMatchObject({ attempt: 1, worker: { id: "w2" } });
      }
      await healthy.close(1000);
      expect(tries).toBe(triesBefore);

      problem = null;
      await queue.submit(submission("e"));
      expect(await whenStatus("e", "success")).toMatchObject({ attempt: 1, worker: { id: "w1" } });
      expect(sick.isConsuming()).toBe(true);
      expect(lines.filter((line) => line.includes("cannot start tasks"))).toHaveLength(1);
    }));

  it.each(["told", "not told"])(
    "has the callback of the start tell the one that counts; the first was %s",
    (how) =>
      withQueue(async ({ queue, consume, whenStatus }) => {
        const bodies: CallbackBody[] = [];
        const deliver: DeliverCallback = async ({ body }) => {
          bodies.push(body);
          return { state: "delivered", answer: 204 };
        };
        let tries = 0;
        const options = how === "told" ? { callbacks: { concurrency: 1, deliver } } : {};
        await consume(async () => {
          tries += 1;
          if (tries > 1) return handlers.succeed();
          if (how === "told") await waitFor(() => bodies.length === 1, { description: "the start is told" });
          return notStarted;
        }, options);
        await queue.submit(submission("t", { status_callback_url: "http://127.0.0.1:9/" }));
        const task = await whenStatus("t", "success");
        if (how === "not told") await consume(handlers.succeed, { callbacks: { concurrency: 1, deliver } });
        await waitFor(() => bodies.at(-1)?.status === "success", { description: "the end is told" });
        const starts = bodies.filter(({ status }) => status === "running");
        expect(starts).toHaveLength(how === "told" ? 2 : 1);
        expect(starts.at(-1)).toMatchObject({ attempt: 1, started_at: task.started_at });
      }),
  );

  it("has a canceled task know the start that its caller is told of", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      const bodies: CallbackBody[] = [];
      const deliver: DeliverCallback = async ({ body }) => {
        bodies.push(body);
        return { state: "delivered", answer: 204 };
      };
      await consume(
        async (_task, signal) => {
          await waitFor(() => bodies.length === 1, { description: "the start is told" });
          await queue.cancel("t");
          await waitFor(() => signal.aborted, { description: "the cancel request has come" });
          return notStarted;
        },
        { callbacks: { concurrency: 1, deliver } },
      );
      await queue.submit(submission("t", { status_callback_url: "http://127.0.0.1:9/" }));
      expect(await whenStatus("t", "canceled")).toMatchObject({ attempt: 1 });
      await waitFor(() => bodies.length === 2, { description: "the end is told" });
      expect(bodies.map(({ status, attempt }) => [status, attempt])).toEqual([
        ["running", 1],
        ["canceled", 1],
      ]);
    }));

  it("ends a task that was canceled meanwhile, instead of giving it back", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      let isAsked = () => {};
      const asked = new Promise<void>((resolve) => {
        isAsked = resolve;
      });
      await consume(async (_task, signal) => {
        isAsked();
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        return notStarted;
      });
      await queue.submit(submission("t"));
      await asked;
      await queue.cancel("t");
      expect(await whenStatus("t", "canceled")).toMatchObject({ attempt: 0, reason: "canceled" });
    }));
});
