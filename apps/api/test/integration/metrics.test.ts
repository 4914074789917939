import { withOwnRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { withApi, withApiOn } from "./with-api.ts";

/** The samples of an exposition, by name and labels. */
function samplesOf(text: unknown): Record<string, number> {
  const lines = String(text)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

describe("GET /metrics", () => {
  it("tells the queue's depth, the ends that the API made, and the requests by route", () =>
    withApi({}, async ({ call }) => {
      for (const task_id of ["a", "b", "c"])
        await call("POST", "/tasks", { body: { task_id, prompt: "hi" } });
      await call("POST", "/tasks/a/cancel");
      await call("GET", "/tasks/a");
      await call("GET", "/tasks/missing-1");
      await call("GET", "/tasks/missing-2");
      await call("GET", "/nowhere/at/all");
      const { status, headers, body } = await call("GET", "/metrics");
      expect(status).toBe(200);
      expect(headers.get("Content-Type")).toMatch(/^text\/plain; version=0.0.4/);
      expect(samplesOf(body)).toMatchObject({
        'hostrunner_queue_depth{state="waiting"}': 2,
        'hostrunner_queue_depth{state="delayed"}': 0,
        'hostrunner_queue_depth{state="running"}': 0,
        'hostrunner_tasks_total{status="canceled",executor="none"}': 1,
        hostrunner_cancel_latency_seconds_count: 1,
        'hostrunner_http_request_seconds_count{route="/tasks",code="202"}': 3,
        'hostrunner_http_request_seconds_count{route="/tasks/:taskId/cancel",code="200"}': 1,
        'hostrunner_http_request_seconds_count{route="/tasks/:taskId",code="200"}': 1,
        'hostrunner_http_request_seconds_count{route="/tasks/:taskId",code="404"}': 2,
        'hostrunner_http_request_seconds_count{route="unknown",code="404"}': 1,
        process_cpu_seconds_total: expect.any(Number),
        nodejs_eventloop_lag_p99_seconds: expect.any(Number),
      });
    }));

  it("has as many labels after a thousand tasks as after one", () =>
    withApi({}, async ({ call }) => {
      const submit = (from: number, count: number) =>
        call("POST", "/tasks/batch", {
          body: {
            tasks: Array.from({ length: count }, (_, i) => ({ task_id: `t${from + i}`, prompt: "hi" })),
          },
        });
      const read = (i: number) => call("GET", `/tasks/t${i}`);
      await submit(0, 1);
      await read(0);
      await call("GET", "/metrics");
      const before = Object.keys(samplesOf((await call("GET", "/metrics")).body));
      await submit(1, 1000);
      await Promise.all(Array.from({ length: 50 }, (_, i) => read(i)));
      const after = Object.keys(samplesOf((await call("GET", "/metrics")).body));
      expect(after.filter((name) => name.startsWith("hostrunner_")).sort()).toEqual(
        before.filter((name) => name.startsWith("hostrunner_")).sort(),
      );
    }));

  it("needs a token where there are any", () =>
    withApi({ tokens: [{ name: "r", scope: "read", token: "s3cret" }] }, async ({ call }) => {
      expect((await call("GET", "/metrics")).status).toBe(401);
      const headers = { Authorization: "Bearer s3cret" };
      expect((await call("GET", "/metrics", { headers })).status).toBe(200);
    }));

  it("answers without the queue's depth while Redis is away", () =>
    withOwnRedis((redis) =>
      withApiOn({ url: redis.url, name: "tasks" }, {}, async ({ call }) => {
        await redis.stop();
        const { status, body } = await call("GET", "/metrics");
        expect(status).toBe(200);
        const names = Object.keys(samplesOf(body));
        expect(names.filter((name) => name.startsWith("hostrunner_queue_depth"))).toEqual([]);
        expect(names).toContain("process_cpu_seconds_total");
      }),
    ));
});
