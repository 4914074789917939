import type { TaskQuery, TaskQueue } from "@host-runner/queue";
import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { createKeys } from "../../src/keys.ts";
import { listTasks } from "../../src/list-tasks.ts";
import { handlers, submission, withQueue } from "./with-queue.ts";

async function allPages(
  queue: TaskQueue,
  query: Partial<TaskQuery>,
  between = async () => {},
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await queue.list({ limit: 10, ...query, cursor });
    ids.push(...page.tasks.map(({ task_id }) => task_id));
    cursor = page.nextCursor ?? undefined;
    await between();
  } while (cursor);
  return ids;
}

describe("listing tasks", () => {
  it("shows the newest first, without their output", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await consume(handlers.succeed);
      for (const id of ["a", "b", "c"]) {
        await queue.submit(submission(id));
        await whenStatus(id, "success");
      }
      const { tasks, nextCursor } = await queue.list({ limit: 2 });
      expect(tasks).toMatchObject([
        { task_id: "c", status: "success", stdout_bytes: 3 },
        { task_id: "b", status: "success" },
      ]);
      expect(tasks[0]).not.toHaveProperty("stdout");
      const rest = await queue.list({ limit: 2, cursor: nextCursor! });
      expect(rest).toMatchObject({ tasks: [{ task_id: "a" }], nextCursor: null });
    }));

  it("is complete and without doubles while tasks come, go and are rerun", () =>
    withQueue(async ({ queue, consume }) => {
      const ids = Array.from({ length: 95 }, (_, i) => `t${i}`);
      await Promise.all(ids.map((id) => queue.submit(submission(id))));
      await consume(handlers.succeed);
      let more = 0;
      const listed = await allPages(queue, {}, async () => {
        more += 1;
        await queue.submit(submission(`new-${more}`));
        await queue.rerun(`t${more}`).catch(() => {});
        await queue.rerun(`t${90 - more}`).catch(() => {});
      });
      expect([...listed].sort()).toEqual([...ids].sort());
    }));

  it("finds by status, whichever it is", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      await consume(
        async (task, signal) =>
          task.submission.prompt === "hang"
            ? handlers.hang(task, signal)
            : handlers[task.submission.prompt as "fail"](),
        { concurrency: 1 },
      );
      for (const id of ["fail", "succeed"]) {
        await queue.submit(submission(id, { prompt: id }));
        await whenStatus(id, id === "fail" ? "failed" : "success");
      }
      await queue.submit(submission("hang", { prompt: "hang" }));
      await whenStatus("hang", "running");
      await queue.submit(submission("wait"));
      await queue.submit(submission("cancel"));
      await queue.cancel("cancel");
      const byStatus = async (status: TaskQuery["status"]) => (await allPages(queue, { status })).join();
      expect({
        queued: await byStatus("queued"),
        running: await byStatus("running"),
        success: await byStatus("success"),
        failed: await byStatus("failed"),
        canceled: await byStatus("canceled"),
      }).toEqual({ queued: "wait", running: "hang", success: "succeed", failed: "fail", canceled: "cancel" });
    }));

  it("finds by run, by labels and by time, together too", () =>
    withQueue(async ({ queue }) => {
      await queue.submit(submission("a", { run_id: "night", labels: { team: "x y", kind: "build" } }));
      await queue.submit(submission("b", { run_id: "night", labels: { team: "z" } }));
      const { task } = await queue.submit(submission("c", { labels: { team: "x y" } }));
      await queue.cancel("a");
      const created = Date.parse(task.created_at);
      await waitFor(() => Date.now() > created + 1, { description: "time goes on" });
      await queue.submit(submission("d"));
      const find = async (query: Partial<TaskQuery>) => (await allPages(queue, query)).sort().join();
      expect(await find({ runId: "night" })).toBe("a,b");
      expect(await find({ runId: "task-c" })).toBe("c");
      expect(await find({ runId: "unknown" })).toBe("");
      expect(await find({ labels: [["team", "x y"]] })).toBe("a,c");
      expect(
        await find({
          labels: [
            ["team", "x y"],
            ["kind", "build"],
          ],
        }),
      ).toBe("a");
      expect(await find({ runId: "night", status: "canceled" })).toBe("a");
      expect(await find({ createdAfter: created })).toBe("d");
      expect(await find({ createdBefore: created + 1 })).toBe("a,b,c");
    }));

  it(
    "of many waiting tasks looks at no more than it needs to",
    () =>
      withQueue(async ({ queue, redis }) => {
        const ids = Array.from({ length: 5_000 }, (_, i) => `t${i}`);
        for (let i = 0; i < ids.length; i += 500) {
          await Promise.all(ids.slice(i, i + 500).map((id) => queue.submit(submission(id))));
        }
        const commandsBefore = await commandsOf(redis);
        const { tasks } = await queue.list({ status: "queued", limit: 50 });
        expect(tasks).toHaveLength(50);
        // Two reads for each of a chunk of entries, and a few to find them.
        expect((await commandsOf(redis)) - commandsBefore).toBeLessThan(500);
        expect(await allPages(queue, { status: "queued", limit: 200 })).toHaveLength(5_000);
      }),
    60_000,
  );

  it("refuses a cursor of another query, and takes it for pages of any length and labels in any order", () =>
    withQueue(async ({ queue }) => {
      const labels = { a: "1", b: "2" };
      for (const id of ["x", "y", "z"]) await queue.submit(submission(id, { run_id: "r", labels }));
      const query: Omit<TaskQuery, "limit"> = {
        ...{ status: "queued", runId: "r", createdAfter: 5, createdBefore: Date.now() + 60_000 },
        labels: Object.entries(labels),
      };
      const { nextCursor } = await queue.list({ ...query, limit: 1 });
      const cursor = nextCursor!;
      const rest = await queue.list({ ...query, labels: query.labels!.toReversed(), limit: 10, cursor });
      expect(rest.tasks.map(({ task_id }) => task_id)).toEqual(["y", "x"]);
      const others: Partial<TaskQuery>[] = [
        ...[{ status: "running" as const }, { status: undefined }, { runId: "s" }, { labels: [] }],
        ...[{ createdAfter: 6 }, { createdBefore: undefined }],
      ];
      for (const other of others) {
        await expect(queue.list({ ...query, ...other, limit: 1, cursor })).rejects.toMatchObject({
          code: "invalid",
          errors: [{ path: "cursor", message: expect.stringContaining("another query") }],
        });
      }
      await expect(queue.callbacks({ state: "failed", limit: 1, cursor })).rejects.toMatchObject({
        code: "invalid",
      });
    }));

  it("refuses a cursor that it has not given", () =>
    withQueue(async ({ queue }) => {
      await expect(queue.list({ limit: 10, cursor: "x" })).rejects.toMatchObject({ code: "invalid" });
    }));
});

async function commandsOf(redis: { info(section: string): Promise<string> }): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await redis.info("stats"))?.[1]);
}

const nextMillisecond = () => {
  const now = Date.now();
  return waitFor(() => Date.now() > now + 1, { description: "the clock moves on" });
};

describe("a page of tasks", () => {
  it("is read in groups of 20 records, and no further than to its end", () =>
    withQueue(async ({ queue, redis, name }) => {
      await Promise.all(Array.from({ length: 150 }, (_, i) => queue.submit(submission(`t${i}`))));
      const pending = { now: 0, most: 0, all: 0 };
      const counting = new Proxy(redis, {
        get(target, method) {
          const value = Reflect.get(target, method);
          if (method !== "hmget") return typeof value === "function" ? value.bind(target) : value;
          return async (...fields: Parameters<typeof redis.hmget>) => {
            pending.now += 1;
            pending.all += 1;
            pending.most = Math.max(pending.most, pending.now);
            return target.hmget(...fields).finally(() => {
              pending.now -= 1;
            });
          };
        },
      });
      const { tasks } = await listTasks(counting, createKeys(name), { limit: 50 });
      expect(tasks).toHaveLength(50);
      expect(pending).toEqual({ now: 0, most: 20, all: 60 });
    }));

  it("has each task of a run that is named like the run of a single task", () =>
    withQueue(async ({ queue }) => {
      const named = Array.from({ length: 120 }, (_, i) => `named-${i + 100}`);
      for (const [i, id] of named.entries()) {
        await queue.submit(submission(id, { run_id: "task-own" }));
        if (i !== 60) continue;
        // Those of one millisecond are sorted by their names.
        await nextMillisecond();
        await queue.submit(submission("own"));
        await nextMillisecond();
      }
      const newestFirst = [...named.slice(0, 61), "own", ...named.slice(61)].reverse();
      expect(await allPages(queue, { runId: "task-own" })).toEqual(newestFirst);
      await queue.cancel("own");
      await queue.submit(submission("own", { prompt: "again" }));
      expect(await allPages(queue, { runId: "task-own" })).toEqual(["own", ...named.reverse()]);
    }));
});
