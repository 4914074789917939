import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { Worker } from "bullmq";
import { handlers, submission, withQueue } from "./with-queue.ts";

describe("a worker", () => {
  it("takes a task to success, and BullMQ agrees", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t", { executor: "mock", timeout_seconds: 5 }));
      await consume(handlers.succeed, { holder: { id: "w", pid: 7, host: "a b", executor: "shell" } });
      expect(await whenStatus("t", "success")).toMatchObject({
        message: "mock execution completed",
        reason: null,
        executor: "mock",
        attempt: 1,
        exit_code: 0,
        stdout: "out",
        stdout_bytes: 3,
        stderr: "",
        timeout_seconds: 5,
        worker: { id: "w", host: "a b", pid: 7 },
      });
      const job = await queue.bullmq.getJob("task-t@1");
      expect(await job?.getState()).toBe("completed");
      expect(job?.returnvalue).toBe("mock execution completed");
    }));

  it("takes a task to failure, and BullMQ agrees", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t"));
      await consume(handlers.fail);
      expect(await whenStatus("t", "failed")).toMatchObject({
        reason: "exit_code",
        exit_code: 3,
        executor: "mock",
      });
      const job = await queue.bullmq.getJob("task-t@1");
      expect(await job?.getState()).toBe("failed");
      expect(job?.failedReason).toBe("mock execution failed");
    }));

  it("is found by BullMQ among the workers of its queue", () =>
    withQueue(async ({ queue, consume }) => {
      await consume(handlers.succeed, { holder: { id: "w-1", pid: 7, host: "h", executor: "mock" } });
      expect(await queue.bullmq.getWorkers()).toMatchObject([
        { name: expect.any(String), rawname: expect.stringMatching(/:w:w-1$/) },
      ]);
    }));

  it("is told of with what it runs, as long as it lives", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("a/b"));
      const holder = { id: "w-1", pid: 7, host: "h", executor: "shell" } as const;
      const consumer = await consume(handlers.hang, {
        holder,
        executors: () => ["mock", "shell"],
        concurrency: 3,
      });
      await whenStatus("a/b", "running");
      const [worker] = await waitFor(
        async () => {
          const workers = await queue.workers();
          return workers[0]?.tasks.length === 1 && workers;
        },
        { description: "it has told of its task" },
      );
      expect(worker).toMatchObject({
        id: "w-1",
        host: "h",
        pid: 7,
        executors: ["mock", "shell"],
        slots: 3,
        tasks: ["a/b"],
      });
      await queue.cancel("a/b");
      await consumer.close(1000);
      expect(await queue.workers()).toEqual([]);
    }));

  it("runs as many tasks at a time as it has slots, and shares the rest with other workers", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      const running = { a: 0, b: 0, most: 0 };
      const handle = (worker: "a" | "b") => async () => {
        running[worker] += 1;
        running.most = Math.max(running.most, running.a, running.b);
        await waitFor(() => running.a + running.b >= 4 || running.most === 2, {
          description: "both are busy",
        });
        running[worker] -= 1;
        return handlers.succeed();
      };
      for (const id of ["1", "2", "3", "4", "5", "6"]) await queue.submit(submission(id));
      await Promise.all([consume(handle("a"), { concurrency: 2 }), consume(handle("b"), { concurrency: 2 })]);
      for (const id of ["1", "2", "3", "4", "5", "6"]) await whenStatus(id, "success");
      expect(running.most).toBe(2);
    }));

  it("wakes another one where more wait than it has slots for", () =>
    withQueue(async ({ queue, consume, redis, name }) => {
      const [line, marker] = [`{hr}:${name}:prioritized`, `{hr}:${name}:marker`];
      for (const id of ["a", "b"]) await queue.submit(submission(id));
      const waiting = await redis.zrange(line, "0", "-1");
      await redis.del(line, marker);
      for (const _ of waiting) await consume(handlers.hang, { concurrency: 1 });
      const blocked = async () => String(await redis.client("LIST")).match(/cmd=bzpopmin/g)?.length;
      await waitFor(async () => (await blocked()) === 2, { description: "both wait for work" });
      // Two tasks at once, and a marker that wakes one worker.
      await redis
        .multi()
        .zadd(line, ...waiting.flatMap((id, i) => [i, id]))
        .zadd(marker, 0, "0")
        .exec();
      await waitFor(async () => (await redis.zcard(line)) === 0, {
        // Long before either would look by itself.
        timeoutMs: 2000,
        description: "both tasks are taken",
      });
    }));

  it("passes over what stands in line without a record", () =>
    withQueue(async ({ queue, consume, redis, name, whenStatus }) => {
      await redis.zadd(`{hr}:${name}:prioritized`, 1, "task-gone@1");
      await queue.submit(submission("t"));
      const started: string[] = [];
      await consume(async ({ taskId }) => {
        started.push(taskId);
        return handlers.succeed();
      });
      await whenStatus("t", "success");
      expect(started).toEqual(["t"]);
      expect(await redis.exists(`{hr}:${name}:task-gone@1`)).toBe(0);
      expect(await redis.llen(`{hr}:${name}:active`)).toBe(0);
    }));

  it("ends the task as an internal failure where the handler itself fails", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t"));
      await consume(() => Promise.reject(undefined));
      expect(await whenStatus("t", "failed")).toMatchObject({ reason: "internal", attempt: 1 });
      await queue.submit(submission("u"));
      await whenStatus("u", "failed");
    }));

  it("takes no more tasks once it is paused, and is idle when the running ones have ended", () =>
    withQueue(async ({ queue, consume }) => {
      await queue.submit(submission("t"));
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      let started = false;
      const consumer = await consume(() => {
        started = true;
        return released.then(handlers.succeed);
      });
      // The record says so a moment before the worker hears of it.
      await waitFor(() => started, { description: "t runs" });
      expect(consumer.isConsuming()).toBe(true);
      consumer.pause();
      expect(consumer.isConsuming()).toBe(false);
      await queue.submit(submission("u"));
      release();
      await consumer.idle();
      expect((await queue.find("t"))?.status).toBe("success");
      expect((await queue.find("u"))?.status).toBe("queued");
    }));
});

describe("a lease", () => {
  /** Takes the next task as a worker that dies right after it: nobody renews the lease. */
  async function takeAndDie(url: string, name: string, leaseMs = 50): Promise<void> {
    const { Redis } = await import("ioredis");
    const connection = new Redis(new URL(url).pathname, {
      maxRetriesPerRequest: null,
      replyMapping: "legacy",
    });
    const worker = new Worker(name, null, {
      connection,
      prefix: "{hr}",
      lockDuration: leaseMs,
      name: "mock dead 1 host",
    });
    await worker.getNextJob("dead:0");
    await worker.close(true).catch(() => {});
    connection.disconnect();
  }

  it("that nobody renews is found, and its task fails as lost", () =>
    withQueue(async ({ queue, consume, whenStatus, url, name }) => {
      await queue.submit(submission("t"));
      await takeAndDie(url, name);
      expect((await queue.find("t"))?.status).toBe("running");
      await consume(handlers.succeed, { leaseMs: 400 });
      expect(await whenStatus("t", "failed")).toMatchObject({
        reason: "worker_lost",
        message: "runner unavailable: worker lost",
        attempt: 1,
        worker: { id: "dead", host: "host", pid: 1 },
      });
      expect(await queue.bullmq.getJobCounts()).toMatchObject({ active: 0, waiting: 0, failed: 1 });
    }));

  it("is looked after as often by a single worker as by many", () =>
    withQueue(async ({ consume, redis, name }) => {
      const leaseMs = 1000;
      await consume(handlers.succeed, { leaseMs });
      const looks = new Set<number>();
      await waitFor(
        async () => {
          const lookedAt = await redis.get(`{hr}.${name}:reclaim-check`);
          if (lookedAt !== null) looks.add(Number(lookedAt));
          return looks.size > 12;
        },
        { description: "a dozen looks" },
      );
      // Lost after the lease and two looks, within one and a half leases in all.
      const tookMs = Math.max(...looks) - Math.min(...looks);
      expect(tookMs / 12).toBeLessThan(leaseMs / 4);
    }));

  it("that nobody renews ends its task as canceled where that was wished", () =>
    withQueue(async ({ queue, consume, whenStatus, url, name }) => {
      await queue.submit(submission("t"));
      await takeAndDie(url, name);
      await queue.cancel("t");
      await consume(handlers.succeed, { leaseMs: 400 });
      expect(await whenStatus("t", "canceled")).toMatchObject({ reason: "canceled" });
    }));

  it("is held by a worker that renews it, for as long as the task runs", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await queue.submit(submission("t"));
      const holder = await consume(handlers.hang, { leaseMs: 200 });
      await whenStatus("t", "running");
      // Another worker looks for lost ones many times over.
      let looks = 0;
      await consume(handlers.succeed, {
        leaseMs: 200,
        holder: { id: "other", pid: 1, host: "h", executor: "mock" },
      });
      await waitFor(async () => (await queue.find("t"))?.status === "running" && ++looks > 40, {
        description: "many looks",
      });
      await queue.cancel("t");
      await whenStatus("t", "canceled");
      await holder.idle();
    }));

  it("that was lost is told to the handler, and its outcome counts for nothing", () =>
    withQueue(async ({ queue, consume, whenStatus, redis, name }) => {
      await queue.submit(submission("t"));
      const reasons: unknown[] = [];
      const consumer = await consume(
        async (task, signal) => {
          const outcome = await handlers.hang(task, signal);
          reasons.push(signal.reason);
          return outcome;
        },
        { leaseMs: 300 },
      );
      await whenStatus("t", "running");
      // Somebody else took it over: the lock has another token.
      await redis.set(`{hr}:${name}:task-t@1:lock`, "somebody else", "PX", 60_000);
      await waitFor(() => reasons.length > 0, { description: "the handler was stopped" });
      await consumer.idle();
      expect(reasons).toEqual(["lease_lost"]);
      expect((await queue.find("t"))?.status).toBe("running");
    }));
});

describe("a worker that takes a task again while its lost attempt is still being ended", () => {
  it("keeps the lease of the new attempt when the old one has ended", () =>
    withQueue(async ({ queue, consume, whenStatus, redis, name }) => {
      await queue.submit(submission("t", { max_attempts: 2, backoff_seconds: 0 }));
      let endFirst = () => {};
      const firstMayEnd = new Promise<void>((resolve) => {
        endFirst = resolve;
      });
      const reasons: unknown[] = [];
      await consume(
        async (task, signal, output) => {
          if (task.attempt === 1) {
            await firstMayEnd;
            return handlers.fail();
          }
          signal.addEventListener("abort", () => reasons.push(signal.reason));
          return handlers.hang(task, signal, output);
        },
        { leaseMs: 400 },
      );
      await whenStatus("t", "running");
      // Somebody has found it lost, and queued it again.
      const record = `{hr}:${name}:task-t@1`;
      await redis
        .multi()
        .lrem(`{hr}:${name}:active`, 1, "task-t@1")
        .del(`${record}:lock`)
        .hdel(record, "processedOn")
        .zadd(`{hr}:${name}:prioritized`, 1, "task-t@1")
        .zadd(`{hr}:${name}:marker`, 0, "0")
        .exec();
      await waitFor(async () => (await queue.find("t"))?.attempt === 2, {
        description: "its second attempt runs",
      });
      endFirst();
      const longAfter = Date.now() + 1500;
      await waitFor(() => Date.now() > longAfter, { description: "several leases have passed" });
      expect(reasons).toEqual([]);
      expect(await queue.find("t")).toMatchObject({ status: "running", attempt: 2 });
      await queue.cancel("t");
      await whenStatus("t", "canceled");
    }));
});
