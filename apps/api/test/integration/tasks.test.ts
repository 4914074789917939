import { gzipSync } from "node:zlib";
import { taskSchema } from "@host-runner/contracts";
import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { withApi } from "./with-api.ts";

describe("POST /tasks", () => {
  it("answers 202 with the task and where to find it", () =>
    withApi({}, async ({ call }) => {
      const { status, headers, body } = await call("POST", "/tasks", {
        body: { prompt: "hi", task_id: "a/b", run_id: "r", timeout_seconds: 5, metadata: { k: [] } },
      });
      expect(status).toBe(202);
      expect(headers.get("Location")).toBe("/tasks/a%2Fb");
      expect(taskSchema.parse(body)).toMatchObject({
        task_id: "a/b",
        run_id: "r",
        status: "queued",
        message: "accepted",
        execution: 1,
        attempt: 0,
        timeout_seconds: 5,
        metadata: { k: [] },
      });
      expect((await call("GET", headers.get("Location")!)).body).toEqual(body);
    }));

  it("takes a body however it is sent: in pieces, compressed, with a byte order mark, as another kind of JSON", () =>
    withApi({}, async ({ url, call }) => {
      const body = JSON.stringify({ prompt: "🙂", task_id: "same" });
      const send = (headers: Record<string, string>, content: string | Buffer | ReadableStream) =>
        fetch(`${url}/tasks`, {
          ...{ method: "POST", body: content, duplex: "half" },
          headers: { "Content-Type": "application/json", ...headers },
        });
      const answers = [
        await send({}, `\uFEFF${body}`),
        await send(
          {},
          new Blob([Buffer.from(body).subarray(0, 13), Buffer.from(body).subarray(13)]).stream(),
        ),
        await send({ "Content-Encoding": "gzip" }, gzipSync(body)),
        await send({ "Content-Type": "application/json; charset=utf-8" }, body),
        await send({ "Content-Type": "application/vnd.tasks+json" }, body),
      ];
      expect(answers.map(({ status }) => status)).toEqual([202, 200, 200, 200, 200]);
      expect((await call("GET", "/tasks")).body).toMatchObject({ tasks: [{ task_id: "same" }] });
    }));

  it("makes the ids that are not given: a UUIDv7, and a run of its own", () =>
    withApi({}, async ({ call }) => {
      const { body } = await call("POST", "/tasks", { body: { prompt: "hi" } });
      expect(body.task_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(body.run_id).toBe(`task-${body.task_id}`);
    }));

  it("answers 200 with the task as it is where it is there with the same content, 409 with other", () =>
    withApi({}, async ({ call }) => {
      const first = await call("POST", "/tasks", { body: { prompt: "hi", task_id: "1" } });
      const same = await call("POST", "/tasks", {
        body: { task_id: "1", prompt: "hi", handoff_context: ["x"] },
      });
      expect(same.status).toBe(200);
      expect(same.body).toEqual(first.body);
      const other = await call("POST", "/tasks", { body: { task_id: "1", prompt: "ho" } });
      expect(other).toMatchObject({ status: 409, body: { type: "urn:host-runner:problem:conflict" } });
    }));

  it("never tells a callback token to whoever reads the task", () =>
    withApi({}, async ({ call }) => {
      const { body } = await call("POST", "/tasks", {
        body: {
          prompt: "hi",
          status_callback_url: "http://localhost:1/cb",
          status_callback_token: "hunter2",
        },
      });
      const read = await call("GET", `/tasks/${body.task_id}`);
      expect(JSON.stringify([body, read.body])).not.toContain("hunter2");
    }));

  it("answers a retry with the same Idempotency-Key as it answered first", () =>
    withApi({}, async ({ call, queue }) => {
      const request = { body: { prompt: "hi" }, headers: { "Idempotency-Key": "k" } };
      const first = await call("POST", "/tasks", request);
      await queue.cancel(first.body.task_id);
      const again = await call("POST", "/tasks", request);
      expect({ status: again.status, body: again.body }).toEqual({ status: first.status, body: first.body });
    }));
});

describe("POST /tasks/submit", () => {
  it("answers 200, as existing control planes need it", () =>
    withApi({}, async ({ call }) => {
      const submission = {
        task_id: "1",
        run_id: "run-1",
        prompt: "hi",
        execution_mode: "shared-workspace",
        timeout_seconds: 600,
        workspace: { project_id: "p", project_root: "/srv/p", lock_paths: ["/srv/p/a"] },
        status_callback_url: "http://localhost:48000/callback",
        status_callback_token: "t",
        handoff_context: [{ from: "2" }],
        something_new: true,
      };
      for (const _ of ["first", "again"]) {
        const { status, body } = await call("POST", "/tasks/submit", { body: submission });
        expect(status).toBe(200);
        expect(body).toMatchObject({ task_id: "1", run_id: "run-1", status: "queued", message: "accepted" });
        expect(body.workspace).toEqual(submission.workspace);
      }
    }));
});

describe("GET /tasks/{id}", () => {
  it.each(["1", "completed", "meta", "a:b", "a/b", "submit", "executions", "🙂", "%", "x".repeat(128)])(
    "finds the task %j",
    (task_id) =>
      withApi({}, async ({ call }) => {
        await call("POST", "/tasks", { body: { prompt: "hi", task_id } });
        const { status, body } = await call("GET", `/tasks/${encodeURIComponent(task_id)}`);
        expect({ status, task_id: body.task_id }).toEqual({ status: 200, task_id });
        expect((await call("POST", `/tasks/${encodeURIComponent(task_id)}/cancel`)).body.status).toBe(
          "canceled",
        );
      }),
  );

  it("finds an older execution, and says which are not there", () =>
    withApi({}, async ({ call }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      await call("POST", "/tasks/t/cancel");
      await call("POST", "/tasks/t/rerun");
      expect((await call("GET", "/tasks/t")).body).toMatchObject({ execution: 2, status: "queued" });
      expect((await call("GET", "/tasks/t?execution=1")).body).toMatchObject({
        execution: 1,
        status: "canceled",
      });
      expect(await call("GET", "/tasks/t?execution=3")).toMatchObject({
        status: 404,
        body: { detail: "execution 3 of task t not found" },
      });
      for (const nonsense of ["0", "x", "1.5", "-1"]) {
        expect((await call("GET", `/tasks/t?execution=${nonsense}`)).status).toBe(422);
      }
    }));
});

describe("POST /tasks/{id}/cancel", () => {
  it("answers 200 and canceled for a waiting task, and the same again", () =>
    withApi({}, async ({ call }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      const first = await call("POST", "/tasks/t/cancel");
      expect(first).toMatchObject({ status: 200, body: { status: "canceled", message: "canceled by api" } });
      expect(await call("POST", "/tasks/t/cancel")).toMatchObject({ status: 200, body: first.body });
    }));
});

describe("POST /tasks/{id}/rerun", () => {
  it("answers 202 and the next execution, 409 while it has not ended", () =>
    withApi({}, async ({ call }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      expect((await call("POST", "/tasks/t/rerun")).status).toBe(409);
      await call("POST", "/tasks/t/cancel");
      expect(await call("POST", "/tasks/t/rerun")).toMatchObject({ status: 202, body: { execution: 2 } });
      expect(
        (await call("GET", "/tasks/t/executions")).body.executions.map(({ execution }) => execution),
      ).toEqual([2, 1]);
    }));
});

describe("Prefer: wait", () => {
  const waiting = (seconds: number) => ({ headers: { Prefer: `wait=${seconds}` } });

  it("answers the moment that the task has ended", () =>
    withApi({}, async ({ call, queue }) => {
      const submitted = call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" }, ...waiting(20) });
      await waitFor(() => queue.find("t"), { description: "the task is there" });
      const read = call("GET", "/tasks/t", waiting(20));
      await queue.cancel("t");
      for (const answer of [await submitted, await read]) {
        expect(answer.body.status).toBe("canceled");
        expect(answer.headers.get("Preference-Applied")).toBe("wait=20");
      }
      expect((await submitted).status).toBe(202);
    }));

  it("answers with the task as it is when the time is up, or the process stops", () =>
    withApi({}, async ({ call, stop }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      expect((await call("GET", "/tasks/t", waiting(1))).body.status).toBe("queued");
      const read = call("GET", "/tasks/t", waiting(300));
      stop();
      expect((await read).body.status).toBe("queued");
    }));

  it("that makes no sense is no error", () =>
    withApi({}, async ({ call }) => {
      await call("POST", "/tasks", { body: { prompt: "hi", task_id: "t" } });
      for (const Prefer of ["wait", "wait=x", "respond-async", "wait=0"]) {
        expect((await call("GET", "/tasks/t", { headers: { Prefer } })).status).toBe(200);
      }
    }));
});
