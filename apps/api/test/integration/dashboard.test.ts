import { describe, expect, it } from "@jest/globals";
import { withApi } from "./with-api.ts";

describe("the dashboard", () => {
  it("shows each task with its id, state and data, without its callback token", () =>
    withApi({}, async ({ call, url, name }) => {
      await call("POST", "/tasks", {
        body: {
          prompt: "look",
          task_id: "a/b",
          status_callback_url: "http://h/",
          status_callback_token: "hunter2",
        },
      });
      const response = await fetch(`${url}/dashboard/api/queues?activeQueue=${name}&status=waiting`);
      const text = await response.text();
      const [queue] = JSON.parse(text).queues;
      expect(queue).toMatchObject({ name, readOnlyMode: true, counts: { waiting: 1 } });
      expect(queue.jobs).toMatchObject([
        { id: "task-a~2Fb@1", name: "a/b", data: { prompt: "look", status_callback_token: "[REDACTED]" } },
      ]);
      expect(text).not.toContain("hunter2");
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
