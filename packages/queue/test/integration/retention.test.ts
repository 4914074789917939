import { isEnded } from "@host-runner/contracts";
import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { createKeys } from "../../src/keys.ts";
import { prune } from "../../src/scripts.ts";
import { executionsOf, handlers, submission, withQueue } from "./with-queue.ts";

describe("retention", () => {
  it("removes the newest execution of a task last, whichever set of BullMQ's has it", () =>
    withQueue(async ({ queue, redis, name, consume, whenStatus }) => {
      const runner = { redis, keys: createKeys(name) };
      let succeeds = false;
      await consume(async () => (succeeds ? handlers.succeed() : handlers.fail()));
      await queue.submit(submission("t"));
      await whenStatus("t", "failed");
      for (const execution of [2, 3]) {
        succeeds = execution === 3;
        await queue.rerun("t");
        await waitFor(async () => isEnded((await queue.find("t"))!.status), { description: "it has ended" });
      }
      const kept = async () => (await executionsOf(queue, "t")).map(({ execution }) => execution);
      expect(await kept()).toEqual([3, 2, 1]);
      const all = { retentionMs: -1000, maxCount: 100, batch: 1 };
      expect(await prune(runner, all)).toEqual([1, expect.any(Number)]);
      expect(await kept()).toEqual([3, 2]);
      expect(await prune(runner, all)).toEqual([1, expect.any(Number)]);
      expect(await kept()).toEqual([3]);
      expect((await queue.rerun("t"))?.execution).toBe(4);
    }));

  it("removes older executions first also where Redis' clock was set back between their ends", () =>
    withQueue(async ({ queue, redis, name, consume, whenStatus }) => {
      const runner = { redis, keys: createKeys(name) };
      await consume(handlers.succeed);
      await queue.submit(submission("t"));
      await whenStatus("t", "success");
      await queue.rerun("t");
      await waitFor(async () => (await queue.find("t"))?.status === "success", {
        description: "it has ended",
      });
      await redis.zadd(`{hr}:${name}:completed`, 1, "task-t@2");
      await prune(runner, { retentionMs: 1_000_000, maxCount: 100, batch: 1 });
      expect((await executionsOf(queue, "t")).map(({ execution }) => execution)).toEqual([2]);
    }));

  it("never has an execution overwrite a record that outlived its pointer", () =>
    withQueue(async ({ queue, redis, name, consume, whenStatus }) => {
      await consume(handlers.succeed);
      await queue.submit(submission("t"));
      await whenStatus("t", "success");
      await queue.rerun("t");
      await waitFor(async () => (await queue.find("t"))?.status === "success", {
        description: "it has ended",
      });
      await redis.del(`{hr}.${name}:newest:t`);
      const { task } = await queue.submit(submission("t", { prompt: "another" }));
      expect(task.execution).toBe(3);
      expect(await whenStatus("t", "success")).toMatchObject({ execution: 3 });
      expect(await queue.find("t", 2)).toMatchObject({ execution: 2, status: "success" });
    }));

  it("removes everything of a task when its time is over: record, pointer and idempotency keys", () =>
    withQueue(async ({ queue, open, consume, whenStatus, redis }) => {
      const keysBefore = async () =>
        (await redis.keys("*")).filter((key) => !/:(meta|events|marker|places)$/.test(key));
      await queue.submit(submission("t"), { caller: "ci", key: "k", body: "b" });
      const consumer = await consume(handlers.succeed);
      await whenStatus("t", "success");
      await queue.rerun("t");
      await waitFor(
        async () => (await queue.find("t"))?.execution === 2 && (await queue.find("t"))?.status === "success",
        {
          description: "the rerun has ended",
        },
      );
      await consumer.close(1000);

      await open({ retention: { retentionSeconds: 1, retentionCount: 100 } });
      await waitFor(async () => (await queue.find("t")) === null, { description: "the task is gone" });
      await waitFor(async () => (await keysBefore()).filter((key) => !/check$/.test(key)).length === 0, {
        description: "nothing of it is left",
      });
      expect(await executionsOf(queue, "t")).toEqual([]);
      expect((await queue.submit(submission("t"))).task.execution).toBe(1);
    }));

  it("keeps no more ended executions than the count, and the newest of them", () =>
    withQueue(async ({ queue, open, consume, redis, name }) => {
      const ids = Array.from({ length: 30 }, (_, i) => `t${i}`);
      await consume(
        async ({ taskId }) => {
          // No two end in the same millisecond: which of them is newer would not be told.
          const startedAt = Date.now();
          await waitFor(() => Date.now() > startedAt + 1, { description: "the clock moves on" });
          return Number(taskId.slice(1)) % 2 ? handlers.fail() : handlers.succeed();
        },
        {
          concurrency: 1,
        },
      );
      for (const id of ids) await queue.submit(submission(id));
      await waitFor(async () => (await redis.zcard(`{hr}:${name}:prioritized`)) === 0, {
        description: "all are taken",
      });
      await waitFor(async () => (await redis.llen(`{hr}:${name}:active`)) === 0, {
        description: "all have ended",
      });
      await open({ retention: { retentionSeconds: 3600, retentionCount: 10 } });
      const kept = async () => {
        const found = await Promise.all(ids.map((id) => queue.find(id)));
        return found.filter((task) => task !== null).map((task) => task.task_id);
      };
      await waitFor(async () => (await kept()).length === 10, { description: "ten are left" });
      expect(await kept()).toEqual(ids.slice(-10));
    }));

  it("never touches a task that has not ended", () =>
    withQueue(async ({ queue, open, consume, whenStatus }) => {
      await queue.submit(submission("running"));
      await consume(handlers.hang, { concurrency: 1 });
      await whenStatus("running", "running");
      await queue.submit(submission("queued"));
      await queue.submit(submission("ended"));
      await queue.cancel("ended");
      await open({ retention: { retentionSeconds: 1, retentionCount: 1 } });
      await waitFor(async () => (await queue.find("ended")) === null, {
        description: "the ended one is gone",
      });
      expect((await queue.find("running"))?.status).toBe("running");
      expect((await queue.find("queued"))?.status).toBe("queued");
    }));

  it(
    "keeps a soak of tasks flat in keys and memory",
    () =>
      withQueue(async ({ open, consume, redis, name }) => {
        const queue = await open({ retention: { retentionSeconds: 3600, retentionCount: 500 } });
        await consume(handlers.succeed, { concurrency: 50 });
        const soak = async (from: number, count: number) => {
          for (let i = from; i < from + count; i += 500) {
            const ids = Array.from({ length: 500 }, (_, k) => `soak-${i + k}`);
            await Promise.all(
              ids.map((id) => queue.submit(submission(id), { caller: "c", key: id, body: "b" })),
            );
          }
          const lengths = async () => [
            await redis.zcard(`{hr}:${name}:prioritized`),
            await redis.llen(`{hr}:${name}:active`),
            await redis.zcard(`{hr}:${name}:completed`),
          ];
          await waitFor(async () => String(await lengths()) === "0,0,500", {
            description: "all have ended, and all but the kept ones are removed",
            timeoutMs: 60_000,
          });
        };
        const look = async () => {
          const memory = await redis.info("memory");
          // These two come and go by themselves.
          const keys = (await redis.keys("*")).filter((key) => !/:(marker|reclaim-check)$/.test(key));
          return { keys: keys.length, bytes: Number(/used_memory_dataset:(\d+)/.exec(memory)?.[1]) };
        };
        // Until BullMQ's stream of events has its full length.
        await soak(0, 6_000);
        const before = await look();
        await soak(6_000, 14_000);
        const after = await look();
        expect(after.keys).toBe(before.keys);
        expect(after.bytes).toBeLessThan(before.bytes * 1.25);
      }),
    120_000,
  );
});
