import type { Problem, Task } from "@host-runner/contracts";
import { taskSchema } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";
import { withApi } from "./with-api.ts";

interface Page {
  tasks: Task[];
  next_cursor: string | null;
}

describe("GET /tasks", () => {
  it("answers pages of tasks without their output, filtered as asked", () =>
    withApi({}, async ({ call }) => {
      for (const task_id of ["a", "b", "c"]) {
        await call("POST", "/tasks", { body: { prompt: "hi", task_id, labels: { url: "http://x" } } });
      }
      await call("POST", "/tasks/b/cancel");
      const page = async (query: string) => (await call("GET", `/tasks?${query}`)).body as unknown as Page;
      const first = await page("limit=2");
      taskSchema.omit({ stdout: true, stderr: true }).strict().array().parse(first.tasks);
      const second = await page(`limit=2&cursor=${first.next_cursor}`);
      expect([...first.tasks, ...second.tasks].map(({ task_id }) => task_id)).toEqual(["c", "b", "a"]);
      expect(second.next_cursor).toBeNull();
      const other = await call("GET", `/tasks?limit=2&status=queued&cursor=${first.next_cursor}`);
      expect(other).toMatchObject({
        status: 422,
        body: { detail: expect.stringContaining("another query") },
      });
      expect((await page("status=canceled&label=url:http://x")).tasks).toMatchObject([{ task_id: "b" }]);
      expect((await page("label=url:other")).tasks).toEqual([]);
      expect((await page("created_after=2100-01-01T00:00:00Z")).tasks).toEqual([]);
    }));

  it.each([
    "limit=0",
    "limit=201",
    "limit=x",
    "status=done",
    "label=x",
    "created_after=now",
    "cursor=x",
    "pool=x",
  ])("refuses %s and names it", (query) =>
    withApi({}, async ({ call }) => {
      const { status, body } = await call("GET", `/tasks?${query}`);
      expect({ status, path: body.errors?.[0]?.path.split(".")[0] }).toEqual({
        status: 422,
        path: query.split("=")[0],
      });
    }),
  );
});

describe("POST /tasks/batch", () => {
  it("answers with a task or a problem for each, in order", () =>
    withApi({}, async ({ call }) => {
      const { status, body } = await call("POST", "/tasks/batch", {
        body: {
          tasks: [
            { prompt: "a", task_id: "1" },
            { prompt: "" },
            { prompt: "b", task_id: "1" },
            { prompt: "c" },
          ],
        },
      });
      expect(status).toBe(200);
      const tasks = (body as unknown as { tasks: (Task | Problem)[] }).tasks;
      expect(tasks).toMatchObject([
        { task_id: "1", status: "queued" },
        { status: 422, errors: [{ path: "prompt" }] },
        { status: 409 },
        { status: "queued" },
      ]);
    }));

  it("takes a thousand at once, and refuses more or none", () =>
    withApi({}, async ({ call, queue }) => {
      const tasks = Array.from({ length: 1_000 }, (_, i) => ({ prompt: `p${i}`, task_id: `t${i}` }));
      expect((await call("POST", "/tasks/batch", { body: { tasks } })).status).toBe(200);
      expect(await queue.bullmq.getPrioritizedCount()).toBe(1_000);
      for (const refused of [{ tasks: [...tasks, { prompt: "x" }] }, { tasks: [] }, {}, []]) {
        expect((await call("POST", "/tasks/batch", { body: refused })).status).toBe(422);
      }
    }));
});

describe("a run", () => {
  it("tells its tasks and how many stand where, and cancels all that have not ended", () =>
    withApi({}, async ({ call }) => {
      for (const task_id of ["a", "b", "c"]) {
        await call("POST", "/tasks", { body: { prompt: "hi", task_id, run_id: "night/1" } });
      }
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "other" } });
      await call("POST", "/tasks/a/cancel");
      const counts = { queued: 2, running: 0, success: 0, failed: 0, canceled: 1 };
      expect((await call("GET", "/runs/night%2F1")).body).toMatchObject({ run_id: "night/1", counts });
      const canceled = await call("POST", "/runs/night%2F1/cancel");
      expect(canceled.status).toBe(200);
      expect(canceled.body).toMatchObject({
        counts: { ...counts, queued: 0, canceled: 3 },
        tasks: ["c", "b", "a"].map((task_id) => ({ task_id, status: "canceled" })),
      });
      expect((await call("GET", "/tasks/other")).body.status).toBe("queued");
      expect((await call("GET", "/runs/task-other")).body).toMatchObject({ tasks: [{ task_id: "other" }] });
    }));

  it("that is not known is 404", () =>
    withApi({}, async ({ call }) => {
      expect(await call("GET", "/runs/x")).toMatchObject({
        status: 404,
        body: { detail: "run x not found" },
      });
      expect((await call("POST", "/runs/x/cancel")).status).toBe(404);
      expect((await call("DELETE", "/runs/x")).status).toBe(405);
    }));
});
