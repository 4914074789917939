import { describe, expect, it } from "@jest/globals";
import { withApi } from "./with-api.ts";

const receiver = { status_callback_url: "http://receiver.test/hook?key=s", status_callback_token: "t0ken" };

describe("GET /callbacks", () => {
  it("tells of those that are pending, without token and path, and of none that failed", () =>
    withApi({}, async ({ call }) => {
      await call("POST", "/tasks", { body: { task_id: "t", prompt: "hi", ...receiver } });
      const canceled = await call("POST", "/tasks/t/cancel");
      const pending = {
        status: "canceled",
        state: "pending",
        tries: 0,
        http_status: null,
        attempt: 0,
        seq: 1,
      };
      expect(canceled.body).toMatchObject({ callbacks: [pending] });
      const answer = await call("GET", "/callbacks?state=pending");
      expect(answer).toMatchObject({
        status: 200,
        body: {
          callbacks: [{ task_id: "t", receiver: "http://receiver.test", ...pending }],
          next_cursor: null,
        },
      });
      expect(JSON.stringify([canceled.body, answer.body])).not.toMatch(/t0ken|key=s/);
      expect((await call("GET", "/callbacks")).body).toEqual({ callbacks: [], next_cursor: null });
    }));

  it("refuses what makes no sense", () =>
    withApi({}, async ({ call }) => {
      for (const query of ["state=delivered", "limit=0", "limit=many", "cursor=x"]) {
        expect(await call("GET", `/callbacks?${query}`)).toMatchObject({
          status: 422,
          body: { errors: [{ path: query.split("=")[0] }] },
        });
      }
      expect((await call("DELETE", "/callbacks")).status).toBe(405);
    }));
});

describe("POST /tasks/{id}/callbacks/redeliver", () => {
  it("is refused where there is nothing to be sent again", () =>
    withApi({}, async ({ call }) => {
      expect((await call("POST", "/tasks/none/callbacks/redeliver")).status).toBe(404);
      await call("POST", "/tasks", { body: { task_id: "without", prompt: "hi" } });
      expect(await call("POST", "/tasks/without/callbacks/redeliver")).toMatchObject({
        status: 409,
        body: { detail: "task without has no callbacks: it gave no status_callback_url" },
      });
      await call("POST", "/tasks", { body: { task_id: "t", prompt: "hi", ...receiver } });
      await call("POST", "/tasks/t/cancel");
      expect(await call("POST", "/tasks/t/callbacks/redeliver")).toMatchObject({
        status: 409,
        body: { detail: expect.stringContaining("is pending") },
      });
    }));
});
