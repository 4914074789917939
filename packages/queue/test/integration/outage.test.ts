import type { StopSignal } from "@host-runner/contracts";
import { type OwnRedis, waitFor, withOwnRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { findProblem } from "../../src/assert-usable-redis.ts";
import { executionsOf, handlers, submission, type TestQueue, withQueueOn } from "./with-queue.ts";
import { withRoad } from "./with-road.ts";

function withOutages(body: (test: OwnRedis & Omit<TestQueue, keyof TestQueue & "redis">) => Promise<void>) {
  return withOwnRedis((redis) =>
    withQueueOn({ url: redis.url, name: "q" }, (queue) => body({ ...redis, ...queue } as never)),
  );
}

/** A handler that succeeds when it is told to. */
function createGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reasons: unknown[] = [];
  return {
    open,
    reasons,
    handle: async (_task: unknown, signal: StopSignal) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      await opened;
      return handlers.succeed();
    },
  };
}

function queueIsBack(queue: TestQueue["queue"]): Promise<unknown> {
  return waitFor(() => queue.checkWritable().then(() => true), { description: "Redis is back" });
}

describe("an outage of Redis", () => {
  it.each(["killed", "paused"])(
    "longer than the lease (%s) lets running tasks go on, and records them once",
    (how) =>
      withOutages(async ({ queue, consume, whenStatus, kill, restart, pause, resume }) => {
        const gate = createGate();
        await queue.submit(submission("t"));
        await consume(gate.handle, { leaseMs: 1000 });
        await whenStatus("t", "running");
        const awayFor = Date.now() + 2500;
        if (how === "killed") await kill();
        else pause();
        await waitFor(() => Date.now() > awayFor, { description: "the lease has long expired" });
        gate.open();
        if (how === "killed") await restart();
        else resume();
        expect(await whenStatus("t", "success")).toMatchObject({ attempt: 1 });
        expect(gate.reasons).toEqual([]);
        const [execution] = await executionsOf(queue, "t");
        expect(execution?.attempts).toHaveLength(1);
      }),
  );

  it("in which Redis is frozen keeps no worker that owes callbacks from stopping", () =>
    withOutages(async ({ queue, consume, whenStatus, pause, resume }) => {
      const deliver = () => new Promise<never>(() => {});
      const consumer = await consume(handlers.succeed, { callbacks: { concurrency: 0, deliver } });
      await queue.submit(submission("t", { status_callback_url: "http://127.0.0.1:9/" }));
      await whenStatus("t", "success");
      pause();
      const askedAt = performance.now();
      await consumer.sendOwnCallbacks(300);
      expect(performance.now() - askedAt).toBeLessThan(1500);
      resume();
    }));

  it("takes no task from a worker that comes back a second after the others", () =>
    withOutages(({ url, queue, consume, whenStatus, stop, restart }) =>
      withRoad(url, async (road) => {
        const gate = createGate();
        await queue.submit(submission("t"));
        await consume(gate.handle, { redisUrl: road.url, leaseMs: 1000 });
        await whenStatus("t", "running");
        await consume(handlers.succeed, { leaseMs: 1000 });
        await stop();
        road.block();
        const awayFor = Date.now() + 1500;
        await waitFor(() => Date.now() > awayFor, { description: "the lease has expired" });
        await restart();
        await queueIsBack(queue);
        const lateBy = Date.now() + 1000;
        await waitFor(() => Date.now() > lateBy, { description: "the other worker looks around" });
        road.open();
        gate.open();
        expect(await whenStatus("t", "success")).toMatchObject({ attempt: 1 });
        expect(gate.reasons).toEqual([]);
      }),
    ));

  it(
    "is over for a worker when Redis is back: it takes tasks again within 5 s",
    () =>
      withOutages(async ({ queue, consume, whenStatus, stop, restart }) => {
        const consumer = await consume(handlers.succeed);
        await queue.submit(submission("before"));
        await whenStatus("before", "success");
        await stop();
        await waitFor(() => !consumer.isConsuming(), { description: "the worker is not ready" });
        const awayFor = Date.now() + 3000;
        await waitFor(() => Date.now() > awayFor, { description: "a few tries have failed" });
        await restart();
        await waitFor(() => queue.submit(submission("after")).then(() => true), {
          description: "Redis is back",
        });
        const back = Date.now();
        await whenStatus("after", "success");
        expect(Date.now() - back).toBeLessThan(5000);
        expect(consumer.isConsuming()).toBe(true);
      }),
    40_000,
  );

  it(
    "loses no task and runs none twice when connections are cut while tasks are taken",
    () =>
      withOutages(async ({ queue, consume, connect }) => {
        const starts = new Map<string, number>();
        await consume(
          async ({ taskId }) => {
            starts.set(taskId, (starts.get(taskId) ?? 0) + 1);
            return handlers.succeed();
          },
          { concurrency: 8, leaseMs: 2000 },
        );
        const admin = connect();
        const ids = Array.from({ length: 400 }, (_, i) => `t${i}`);
        for (const [i, id] of ids.entries()) {
          await waitFor(() => queue.submit(submission(id)).then(() => true), {
            description: `${id} is submitted`,
          });
          if (i % 20 === 0) await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        }
        const statuses = async () => {
          const tasks = await Promise.all(ids.map((id) => queue.find(id)));
          return tasks.map((task) => task?.status);
        };
        await waitFor(async () => (await statuses()).every((status) => status === "success"), {
          description: "every task has succeeded",
          timeoutMs: 20_000,
        });
        expect([...starts.values()].filter((count) => count !== 1)).toEqual([]);
      }),
    60_000,
  );

  it("is no reason for a start to fail: who opens the queue waits", () =>
    withOutages(({ url, open }) =>
      withRoad(url, async (road) => {
        // Each connection asks once whether Redis is ready; the next question is whether it is one that loses nothing.
        road.cutOnce((sent) => sent.split(/\r\ninfo\r\n/i).length > 2);
        const queue = await open({ redisUrl: road.url });
        await queueIsBack(queue);
      }),
    ));

  it("ends with everything that was acknowledged, also when Redis is killed", () =>
    withOutages(async ({ queue, consume, whenStatus, kill, restart }) => {
      for (const id of ["a", "b", "c"]) await queue.submit(submission(id));
      await queue.cancel("b");
      await kill();
      await restart();
      await waitFor(() => queue.find("a"), { description: "Redis is back" });
      expect((await queue.find("b"))?.status).toBe("canceled");
      await consume(handlers.succeed);
      await whenStatus("a", "success");
      await whenStatus("c", "success");
    }));
});

describe("a worker that waits for work on a connection that answers no more", () => {
  it("waits on a new one", () =>
    withOutages(({ url, queue, consume, whenStatus, connect }) =>
      withRoad(url, async (road) => {
        await consume(handlers.succeed, { redisUrl: road.url });
        const redis = connect();
        const waits = /\bbzpopmin\b/i;
        const blocked = async () => waits.test(String(await redis.client("LIST")));
        await waitFor(blocked, { description: "it waits for work" });
        road.mute((sent) => waits.test(sent));
        await queue.submit(submission("t"));
        await whenStatus("t", "success");
      }),
    ));
});

describe("a lease whose answer was long under way", () => {
  it("is given back where the worker has been told to stop meanwhile, and costs no attempt", () =>
    withOutages(({ url, queue, consume, whenStatus }) =>
      withRoad(url, async (road) => {
        const started: string[] = [];
        const consumer = await consume(
          async ({ taskId }) => {
            started.push(taskId);
            return handlers.succeed();
          },
          { redisUrl: road.url },
        );
        road.block();
        await queue.submit(submission("t"));
        await waitFor(() => road.waiting().includes('"count"'), { description: "it asks for the task" });
        consumer.pause();
        await consumer.idle();
        const closed = consumer.close(5_000);
        road.open();
        await closed;
        expect(started).toEqual([]);
        expect(await queue.find("t")).toMatchObject({ status: "queued", attempt: 0 });
        await consume(handlers.succeed);
        expect(await whenStatus("t", "success")).toMatchObject({ attempt: 1 });
      }),
    ));

  it("is not taken for stale where it was granted late: the task may start", () =>
    withOutages(({ url, queue, consume, whenStatus }) =>
      withRoad(url, async (road) => {
        const answers: boolean[] = [];
        const leaseMs = 2000;
        await consume(
          async ({ mayStart }) => {
            answers.push(mayStart());
            return handlers.succeed();
          },
          { redisUrl: road.url, leaseMs },
        );
        // The worker hears of the task, and its question for it is not let through.
        road.block();
        await queue.submit(submission("t"));
        const later = Date.now() + leaseMs * 0.8;
        await waitFor(() => Date.now() > later, { description: "the question is old" });
        road.open();
        await whenStatus("t", "success");
        expect(answers).toEqual([true]);
      }),
    ));
});

describe("a Redis that is out of memory", () => {
  it(
    "leaves nothing half done, and is no reason for a restart",
    () =>
      withOutages(async ({ queue, consume, whenStatus, connect }) => {
        const admin = connect();
        const gate = createGate();
        await queue.submit(submission("running", { max_attempts: 2, backoff_seconds: 0 }));
        await consume(gate.handle, { concurrency: 1, leaseMs: 1000 });
        await whenStatus("running", "running");
        await queue.submit(submission("queued"));
        await queue.submit(submission("ended"));
        await queue.cancel("ended");

        await admin.config("SET", "maxmemory", "1mb");
        const unavailable = { code: "queue_unavailable" };
        await expect(queue.submit(submission("new"))).rejects.toMatchObject(unavailable);
        await expect(queue.rerun("ended")).rejects.toMatchObject(unavailable);
        await expect(queue.cancel("queued")).rejects.toMatchObject(unavailable);
        await expect(queue.checkWritable()).rejects.toMatchObject(unavailable);
        gate.open();
        const awhile = Date.now() + 2500;
        await waitFor(() => Date.now() > awhile, { description: "the lease has long expired" });
        expect((await queue.find("running"))?.status).toBe("running");
        expect((await queue.find("queued"))?.status).toBe("queued");
        expect(await queue.find("new")).toBeNull();
        expect(await executionsOf(queue, "ended")).toHaveLength(1);

        await admin.config("SET", "maxmemory", "0");
        await whenStatus("running", "success");
        await whenStatus("queued", "success");
        expect((await queue.submit(submission("new"))).created).toBe(true);
        await whenStatus("new", "success");
        expect((await queue.find("running"))?.attempt).toBe(1);
      }),
    40_000,
  );
});

describe("a Redis that would lose tasks", () => {
  const usable = { redis_version: "7.0.15", maxmemory_policy: "noeviction" };

  it.each([
    [{ ...usable }, null],
    [{ ...usable, redis_version: "6.2.0" }, null],
    [{ ...usable, redis_version: "6.0.16" }, /6\.0\.16 is too old: host-runner needs 6\.2/],
    [{ ...usable, maxmemory_policy: "allkeys-lru" }, /maxmemory-policy is allkeys-lru, set it to noeviction/],
  ])("is told apart: %j", (info, problem) => {
    if (problem) expect(findProblem(info)).toMatch(problem);
    else expect(findProblem(info)).toBeNull();
  });

  it("is refused at the start, with the reason", () =>
    withOutages(async ({ open, consume, connect }) => {
      await connect().config("SET", "maxmemory-policy", "volatile-ttl");
      await expect(open()).rejects.toThrow(/set it to noeviction/);
      await expect(consume(handlers.succeed)).rejects.toThrow(/set it to noeviction/);
      await connect().config("SET", "maxmemory-policy", "noeviction");
    }));
});
