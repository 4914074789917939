import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { type TestApi, withApi } from "./with-api.ts";
import { type Write, withWorker } from "./with-worker.ts";

interface Card {
  id: string;
  name: string;
  data: object;
  failedReason?: string;
  returnValue: object;
  processedBy?: string;
  isFailed: boolean;
}

type Board = Pick<TestApi, "call"> & { name: string };

async function cardOf({ call, name }: Board, jobId: string): Promise<Card> {
  const { body } = await call("GET", `/dashboard/api/queues/${name}/${encodeURIComponent(jobId)}`);
  return (body as unknown as { job: Card }).job;
}

async function logsOf({ call, name }: Board, jobId: string): Promise<string[]> {
  const { body } = await call("GET", `/dashboard/api/queues/${name}/${encodeURIComponent(jobId)}/logs`);
  return body as unknown as string[];
}

const untilEnded = ({ call }: Board, taskId: string) =>
  waitFor(async () => (await call("GET", `/tasks/${taskId}`)).body.finished_at !== null, {
    description: `task ${taskId} has ended`,
  });

describe("the dashboard", () => {
  it("shows each task with its id, status and data, without its callback token", () =>
    withApi({}, async ({ call, url, name }) => {
      await call("POST", "/tasks", {
        body: {
          prompt: "look with password=hunter2",
          task_id: "a/b",
          status_callback_url: "http://h/x?key=hunter2",
          status_callback_token: "hunter2",
        },
      });
      const response = await fetch(`${url}/dashboard/api/queues?activeQueue=${name}&status=prioritized`);
      const text = await response.text();
      const [queue] = JSON.parse(text).queues;
      expect(queue).toMatchObject({ name, readOnlyMode: true, counts: { prioritized: 1 } });
      expect(queue.jobs).toMatchObject([
        {
          id: "task-a~2Fb@1",
          name: "a/b: queued",
          data: {
            prompt: "look with password=[REDACTED]",
            status_callback_url: "http://h",
            status_callback_token: "[REDACTED]",
          },
          returnValue: { status: "queued", reason: null },
        },
      ]);
      const card = await fetch(`${url}/dashboard/api/queues/${name}/task-a~2Fb%401`);
      expect(text + (await card.text())).not.toContain("hunter2");
    }));

  it("tells apart how tasks ended, why, and how long they took", () =>
    withApi({}, async (board) => {
      const ends: Write = async (_output, { submission }, signal) => {
        if (submission.prompt === "fail")
          return { status: "failed", reason: "exit_code", exitCode: 3, message: "mock execution failed" };
        if (submission.prompt !== "hang") return;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return { status: "canceled", reason: "canceled", exitCode: null, message: "canceled by api" };
      };
      const submit = (prompt: string) => board.call("POST", "/tasks", { body: { prompt, task_id: prompt } });
      await submit("waits");
      await board.call("POST", "/tasks/waits/cancel");
      await withWorker(board, ends, async () => {
        for (const prompt of ["succeed", "fail", "hang"]) await submit(prompt);
        await waitFor(
          async () => (await cardOf(board, "task-hang@1")).name.startsWith("hang: running for "),
          {
            description: "it runs",
          },
        );
        await board.call("POST", "/tasks/hang/cancel");
        for (const prompt of ["succeed", "fail"]) await untilEnded(board, prompt);
      });
      const [succeeded, failed, canceled, neverStarted] = await Promise.all(
        ["succeed", "fail", "hang", "waits"].map((taskId) => cardOf(board, `task-${taskId}@1`)),
      );
      expect(succeeded!.name).toMatch(/^succeed: success after \d+ ms$/);
      expect(succeeded).toMatchObject({ isFailed: false, processedBy: "h, pid 1" });
      expect(failed!.name).toMatch(/^fail: failed \(exit_code 3\) after \d+ ms$/);
      expect(failed!.failedReason).toMatch(/^failed \(exit_code 3\) after \d+ ms: mock execution failed$/);
      expect(failed!.returnValue).toMatchObject({ status: "failed", reason: "exit_code", exit_code: 3 });
      expect(canceled!.name).toMatch(/^hang: canceled after \d/);
      expect(canceled!.failedReason).toMatch(/^canceled after .*: canceled by api$/);
      expect(neverStarted).toMatchObject({
        name: "waits: canceled before its start",
        failedReason: "canceled before its start: canceled by api",
      });
      expect(neverStarted).not.toHaveProperty("finishedOn");
    }));

  it("shows a task's output as its logs, while it runs and afterwards", () =>
    withApi({}, async (board) => {
      const steps: (() => void)[] = [];
      const step = () => new Promise<void>((resolve) => steps.push(resolve));
      const write: Write = async (output) => {
        await output.write("stdout", 0, Buffer.from("one\ntw"));
        await step();
        await output.write("stderr", 0, Buffer.from("\u001b[31mred\u001b[0m\n"));
        await output.write("stdout", 6, Buffer.from("o\n"));
        await step();
      };
      const untilLogs = (expected: string[]) =>
        waitFor(async () => JSON.stringify(await logsOf(board, "task-t@1")) === JSON.stringify(expected), {
          description: `the logs are ${expected}`,
        });
      await board.call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      expect(await logsOf(board, "task-t@1")).toEqual([]);
      await withWorker(board, write, async () => {
        await untilLogs(["one", "tw"]);
        steps.shift()!();
        await untilLogs(["one", "stderr | red", "two"]);
        expect((await board.call("GET", "/tasks/t")).body.status).toBe("running");
        await waitFor(() => steps.length > 0, { description: "the last step waits" });
        steps.shift()!();
        await untilEnded(board, "t");
      });
      expect(await logsOf(board, "task-t@1")).toEqual(["one", "stderr | red", "two"]);
    }));

  it("shows the end of a long output, and says that something comes before", () =>
    withApi({}, async (board) => {
      const line = `${"x".repeat(1023)}\n`;
      const write: Write = async (output) => {
        for (let i = 0; i < 600; i++) await output.write("stdout", i * 1024, Buffer.from(line));
      };
      await board.call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      await withWorker(board, write, async () => {
        await untilEnded(board, "t");
      });
      const [first = "", ...rest] = await logsOf(board, "task-t@1");
      const missing = Number(/^--- (\d+) bytes of stdout are not shown ---$/.exec(first)?.[1]);
      expect(missing).toBeGreaterThan(0);
      expect(missing + rest.join("\n").length + 1).toBe(600 * 1024);
      expect(rest.length).toBeLessThan(600);
    }));

  it("is small and loads no prompt again with each look, whatever was submitted", () =>
    withApi({}, async (board) => {
      const { call, name, redis } = board;
      const prompt = `true #${"x".repeat(1_000_000)}`;
      const ids = Array.from({ length: 10 }, (_, i) => `t${i}`);
      for (const task_id of ids) {
        await call("POST", "/tasks", { body: { prompt, task_id, metadata: { a: "m".repeat(15_000) } } });
      }
      const look = async () => {
        const list = await call("GET", `/dashboard/api/queues?activeQueue=${name}&status=prioritized`);
        const card = await call("GET", `/dashboard/api/queues/${name}/task-t0%401`);
        const flow = await call("GET", `/dashboard/api/queues/${name}/task-t0%401/flow`);
        return [list, card, flow].map(({ body }) => JSON.stringify(body));
      };
      const [list = "", card = ""] = await look();
      expect(JSON.parse(list).queues[0].jobs).toHaveLength(10);
      expect(list.length).toBeLessThan(50_000);
      expect(card).toMatch(
        /x{990} … 999,006 more characters; all of it: HGET \{hr\}:[^ ]+:task-t0@1 data, in Redis/,
      );
      expect(card).toContain("all of it: GET /tasks/t0?execution=1");
      const sentBytes = async () =>
        Number(/total_net_output_bytes:(\d+)/.exec(await redis.info("stats"))?.[1]);
      const before = await sentBytes();
      await look();
      expect((await sentBytes()) - before).toBeLessThan(200_000);
    }));

  it("has an end, however many jobs are asked for", () =>
    withApi({}, async ({ call, name }) => {
      const tasks = Array.from({ length: 250 }, (_, i) => ({ prompt: "hi", task_id: `t${i}` }));
      await call("POST", "/tasks/batch", { body: { tasks } });
      const path = `/dashboard/api/queues?activeQueue=${name}&status=prioritized&jobsPerPage=100000`;
      const { queues } = (await call("GET", path)).body as unknown as { queues: { jobs: unknown[] }[] };
      expect(queues[0]?.jobs).toHaveLength(200);
    }));

  it("changes nothing", () =>
    withApi({}, async ({ call, name }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      for (const path of [
        `${name}/task-t%401/clean`,
        `${name}/clean/waiting`,
        `${name}/obliterate`,
        "pause",
      ]) {
        const { status } = await call("PUT", `/dashboard/api/queues/${path}`);
        expect(status).toBe(405);
      }
      expect((await call("GET", "/tasks/t")).body.status).toBe("queued");
    }));
});
