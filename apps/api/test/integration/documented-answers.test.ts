import type { ApiToken } from "@host-runner/contracts";
import type { TaskQueue } from "@host-runner/queue";
import { waitFor, withOwnRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { type DocumentedOperation, documentedAnswers, operations, seenAnswers } from "../documented.ts";
import { type CallOptions, type TestApi, withApi, withApiOn, withApiOver } from "./with-api.ts";
import { type Write, withWorker } from "./with-worker.ts";

// Each answer is compared with the description by `call` itself, which also notes what it has seen.

const tokens: ApiToken[] = [{ name: "viewer", scope: "read", token: "r" }];

type Call = TestApi["call"];

const submission = { prompt: "hi" };

/** A request that nothing is wrong with, about a task and a run that are not there unless they are named. */
function requestOf({ method, path, requestBody }: DocumentedOperation, name = "nobody") {
  const body = path.endsWith("/batch") ? { tasks: [submission] } : submission;
  const options: CallOptions = requestBody ? { body } : {};
  return [method, path.replace(/\{\w+\}/, name), options] as const;
}

/** A callback that its receiver refuses, and that is sent again. */
async function callBack(api: TestApi & { redisUrl: string; name: string }): Promise<void> {
  const { call } = api;
  const body = { ...submission, task_id: "told", status_callback_url: "http://receiver.test/" };
  await call("POST", "/tasks", { body });
  const deliver = async () => ({ state: "failed" as const, answer: 401, detail: "answered 401" });
  await withWorker(
    api,
    async () => {},
    async () => {
      await waitFor(async () => JSON.stringify((await call("GET", "/callbacks")).body).includes("success"), {
        description: "its end could not be delivered",
      });
      await waitFor(async () => (await call("POST", "/tasks/told/callbacks/redeliver")).status === 202, {
        description: "it is sent again",
      });
    },
    { callbacks: { concurrency: 2, deliver } },
  );
}

describe("every documented answer is given as it is documented:", () => {
  it("to requests that succeed", () =>
    withApi({}, async (api) => {
      const { call } = api;
      expect(
        (await call("POST", "/tasks", { body: { ...submission, task_id: "t", run_id: "r" } })).status,
      ).toBe(202);
      expect(
        (await call("POST", "/tasks", { body: { ...submission, task_id: "t", run_id: "r" } })).status,
      ).toBe(200);
      await call("POST", "/tasks/submit", { body: submission });
      const batch = await call("POST", "/tasks/batch", { body: { tasks: [submission, {}] } });
      expect(batch.status).toBe(200);
      await call("POST", "/tasks/t/cancel", { headers: { Prefer: "wait=1" } });
      await call("GET", "/tasks/t", { headers: { Prefer: "wait=1" } });
      expect((await call("POST", "/tasks/t/rerun")).status).toBe(202);
      const write: Write = async (output) => {
        await output.write("stdout", 0, Buffer.from("first\n"));
        await output.write("stderr", 0, Buffer.from("error\n"));
        await output.write("stdout", 1_000_000, Buffer.from("last\n"));
      };
      await withWorker(api, write, async () => {
        await waitFor(async () => (await call("GET", "/tasks/t")).body.status === "success", {
          description: "the task has ended",
        });
        expect((await call("GET", "/workers")).body).toMatchObject({ workers: [{ id: "w" }] });
        await call("GET", "/tasks/t/executions");
        await call("GET", "/tasks?status=success&label=a:b&created_after=2026-01-31T08:15:00Z");
        await call("GET", "/tasks");
        const output = await call("GET", "/tasks/t/output");
        expect(output.headers.get("X-Output-Gap")).toBe("stdout 6-1000000");
        const events = String((await call("GET", "/tasks/t/events")).body);
        for (const name of ["status", "output", "gap", "end"]) expect(events).toContain(`event: ${name}`);
        const lastId = /id: (\S+\.end)/.exec(events)![1]!;
        expect((await call("GET", "/tasks/t/events", { headers: { "Last-Event-ID": lastId } })).status).toBe(
          204,
        );
        await call("GET", "/runs/r");
        await call("POST", "/runs/r/cancel");
        expect(String((await call("GET", "/runs/r/events")).body)).toMatch(/event: status.*event: end/s);
        expect((await call("GET", "/runs/r/events", { headers: { "Last-Event-ID": "end" } })).status).toBe(
          204,
        );
      });
      await callBack(api);
      for (const path of ["/health", "/healthz", "/readyz", "/openapi.json"]) await call("GET", path);
    }));

  it("400, to a path that cannot be decoded, and to a body that is no JSON", () =>
    withApi({}, ({ call }) =>
      each(400, (operation) => {
        const [method, path] = requestOf(operation, "%ff");
        return call(method, path, operation.requestBody ? { body: "{" } : {});
      }),
    ));

  it("401, without a token", () =>
    withApi({ tokens }, ({ call }) => each(401, (operation) => call(...requestOf(operation)))));

  it("403, to a token whose scope is not enough, and to other web sites", async () => {
    await withApi({ tokens }, async ({ call }) => {
      for (const operation of operations.filter(({ security }) => security[0]?.bearer?.[0] === "write")) {
        const [method, path, options] = requestOf(operation);
        const answer = await call(method, path, { ...options, headers: { Authorization: "Bearer r" } });
        expect({ path, status: answer.status }).toEqual({ path, status: 403 });
      }
    });
    await withApi({}, ({ call }) =>
      each(403, (operation) => {
        const [method, path, options] = requestOf(operation);
        return call(method, path, { ...options, headers: { "Sec-Fetch-Site": "cross-site" } });
      }),
    );
  });

  it("404, about what is not there", () =>
    withApi({}, ({ call }) => each(404, (operation) => call(...requestOf(operation)))));

  it("409, where a task has not ended", () =>
    withApi({}, async ({ call }) => {
      const names = new Map(operations.map((operation, i) => [operation, `t${i}`]));
      for (const task_id of names.values())
        await call("POST", "/tasks", { body: { ...submission, task_id } });
      await each(409, (operation) => {
        // Its events end with the task, which here does not end.
        const name = operation.path.endsWith("/events") ? "nobody" : names.get(operation)!;
        const [method, path, options] = requestOf(operation, name);
        const body = path.endsWith("/batch") ? options.body : { prompt: "other", task_id: name };
        return call(method, path, operation.requestBody ? { body } : {});
      });
    }));

  it("413, to what is too large", () =>
    withApi({ maxPromptBytes: 10 }, async ({ call }) => {
      const one = JSON.stringify({ ...submission, handoff_context: "x".repeat(300_000) });
      const many = `{"tasks": [], "more": "${"x".repeat(33 * 1024 * 1024)}"}`;
      await each(413, (operation) => {
        const [method, path] = requestOf(operation);
        const body = path.endsWith("/batch") ? many : one;
        return call(method, path, operation.requestBody ? { body } : {});
      });
    }));

  it("415, to what is not said to be JSON", () =>
    withApi({}, ({ call }) =>
      each(415, (operation) => {
        const [method, path, options] = requestOf(operation);
        return call(method, path, { ...options, headers: { "Content-Type": "text/plain" } });
      }),
    ));

  it("422, to what is invalid", () =>
    withApi({}, async ({ call }) => {
      await call("POST", "/tasks", { body: { ...submission, task_id: "t" } });
      const wrong: Record<string, string> = {
        "/tasks": "?limit=0",
        "/callbacks": "?state=none",
        "/tasks/{task_id}/output": "?from=1",
      };
      await each(422, (operation) => {
        const [method, path] = requestOf(operation, "t");
        if (operation.requestBody) return call(method, path, { body: {} });
        return call(method, path + (wrong[operation.path] ?? "?execution=0"));
      });
      const headers = { "Last-Event-ID": "none" };
      expect((await call("GET", "/tasks/t/events", { headers })).status).toBe(422);
    }));

  it("429, where too many wait", () =>
    withApi({ maxQueued: 1 }, async ({ call }) => {
      await call("POST", "/tasks", { body: { ...submission, task_id: "ended" } });
      await call("POST", "/tasks/ended/cancel");
      await call("POST", "/tasks", { body: submission });
      await each(429, (operation) => call(...requestOf(operation, "ended")));
    }));

  it("500, where host-runner itself fails", () =>
    withApi({}, async ({ queue }) => {
      // Whatever is asked of it fails in a way that nobody foresaw.
      const fail = () => Promise.reject(new Error("unforeseen"));
      const broken = new Proxy(queue, {
        get: (_queue, name) =>
          name === "run" || name === "executions"
            ? () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) })
            : fail,
      }) as TaskQueue;
      await withApiOver(broken, {}, ({ call }) => each(500, (operation) => call(...requestOf(operation))));
    }));

  it("503, while Redis is away", () =>
    withOwnRedis((redis) =>
      withApiOn({ url: redis.url, name: "away" }, {}, async ({ call }) => {
        await redis.stop();
        await each(503, (operation) => call(...requestOf(operation)));
      }),
    ));

  it("and none is documented that was not given here", () => {
    expect(documentedAnswers.filter((name) => !seenAnswers.has(name))).toEqual([]);
  });

  /** Sends a request to every operation: those that document the status give it, and the others something else. */
  async function each(status: number, request: (operation: DocumentedOperation) => ReturnType<Call>) {
    const answers = await Promise.all(
      operations.map(async (operation) => {
        const { method, path, responses } = operation;
        const given = (await request(operation)).status === status;
        return { call: `${method} ${path}`, documented: status in responses, given };
      }),
    );
    expect(answers.filter(({ documented, given }) => documented !== given)).toEqual([]);
    expect(answers.filter(({ given }) => given)).not.toEqual([]);
  }
});
