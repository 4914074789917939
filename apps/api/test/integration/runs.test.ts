import { request } from "node:http";
import { HostRunnerError, parseSubmission, type Run, type TaskSummary } from "@host-runner/contracts";
import type { TaskQueue } from "@host-runner/queue";
import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { withApi, withApiOver } from "./with-api.ts";

const TASKS = 20_000;
const PAGE = 200;

/** A GET of which nothing is read before `read`. */
function openUnread(url: string) {
  const client = request(url);
  client.end();
  const answered = new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
    client.once("response", resolve);
    client.once("error", reject);
  });
  return {
    answered,
    hangUp: () => client.destroy(),
    async read(): Promise<string> {
      let text = "";
      for await (const chunk of (await answered).setEncoding("utf8")) text += chunk;
      return text;
    },
  };
}

describe("a run of 20,000 tasks", () => {
  it(
    "is listed and canceled with a page of it in memory",
    () =>
      withApi({ retentionCount: TASKS }, async ({ queue, redis, name }) => {
        const fields = parseSubmission({ prompt: "hi", metadata: { text: "x".repeat(1_000) } });
        for (let i = 0; i < TASKS; i += 500) {
          await Promise.all(
            Array.from({ length: 500 }, (_, k) =>
              queue.submit({ ...fields, task_id: `t${i + k}`, run_id: "large" }),
            ),
          );
        }
        const seen = { pages: 0, largest: 0, canceling: 0, mostCanceling: 0 };
        const watched: TaskQueue = {
          ...queue,
          async *run(runId) {
            for await (const page of queue.run(runId)) {
              seen.pages += 1;
              seen.largest = Math.max(seen.largest, page.length);
              yield page;
            }
          },
          async cancel(taskId) {
            seen.canceling += 1;
            seen.mostCanceling = Math.max(seen.mostCanceling, seen.canceling);
            return queue.cancel(taskId).finally(() => {
              seen.canceling -= 1;
            });
          },
        };
        await withApiOver(watched, {}, async (api) => {
          const listing = openUnread(`${api.url}/runs/large`);
          await listing.answered;
          // The kernel holds some megabytes of it for the client, and no more is read from Redis.
          let before = -1;
          await waitFor(
            async () => {
              const isSettled = seen.pages === before;
              before = seen.pages;
              await new Promise((resolve) => setTimeout(resolve, 200));
              return isSettled;
            },
            { description: "nothing more is read for a client that does not read" },
          );
          expect(seen.pages).toBeLessThan(TASKS / PAGE / 2);
          const run = JSON.parse(await listing.read()) as Run;
          expect(new Set(run.tasks.map(({ task_id }) => task_id)).size).toBe(TASKS);
          expect(run).toMatchObject({ run_id: "large", counts: { queued: TASKS, canceled: 0 } });
          expect(seen).toMatchObject({ pages: TASKS / PAGE, largest: PAGE });

          const canceled = (await api.call("POST", "/runs/large/cancel")).body as unknown as Run;
          expect(canceled.counts).toMatchObject({ queued: 0, canceled: TASKS });
          expect(canceled.tasks).toHaveLength(TASKS);
          expect(seen).toMatchObject({ mostCanceling: 20, canceling: 0 });
          expect(await redis.zcard(`{hr}:${name}:prioritized`)).toBe(0);
        });
      }),
    120_000,
  );
});

/** A queue with a run whose pages are made by the test. */
const withRun = (
  run: TaskQueue["run"],
  body: (api: {
    url: string;
    call: Parameters<Parameters<typeof withApiOver>[2]>[0]["call"];
  }) => Promise<void>,
) => withApi({}, ({ queue }) => withApiOver({ ...queue, run }, {}, body));

const page = (size: number): TaskSummary[] =>
  Array.from({ length: size }, (_, i) => ({ task_id: `t${i}`, status: "success" }) as TaskSummary);

describe("the answer about a run", () => {
  it("is cut where its rest cannot be read, so that nobody takes a part for the whole", () =>
    withRun(
      async function* () {
        yield page(10_000);
        throw new HostRunnerError("queue_unavailable", "Redis is away", { retryAfterSeconds: 1 });
      },
      async ({ url }) => {
        const response = await fetch(`${url}/runs/r`);
        expect(response.status).toBe(200);
        await expect(response.text()).rejects.toThrow();
      },
    ));

  it("is a problem where nothing of it can be read", () =>
    withRun(
      // biome-ignore lint/correctness/useYield: it fails before its first page.
      async function* () {
        throw new HostRunnerError("queue_unavailable", "Redis is away", { retryAfterSeconds: 1 });
      },
      async ({ call }) => {
        for (const [method, path] of [
          ["GET", "/runs/r"],
          ["POST", "/runs/r/cancel"],
          ["GET", "/runs/r/events"],
        ] as const)
          expect((await call(method, path)).status).toBe(503);
      },
    ));

  it("is read no further once the client has hung up", async () => {
    let isOver = false;
    await withRun(
      async function* () {
        try {
          for (;;) yield page(1_000);
        } finally {
          isOver = true;
        }
      },
      async ({ url }) => {
        const listing = openUnread(`${url}/runs/r`);
        (await listing.answered).once("error", () => {});
        listing.hangUp();
        await waitFor(() => isOver, { description: "no more pages are read" });
      },
    );
  });

  it("to HEAD is the headers alone, after one page", async () => {
    let pages = 0;
    await withRun(
      async function* () {
        for (;;) {
          pages += 1;
          yield page(1_000);
        }
      },
      async ({ url }) => {
        const response = await fetch(`${url}/runs/r`, { method: "HEAD" });
        expect(response.status).toBe(200);
        expect(response.headers.get("Content-Type")).toMatch(/json/);
        expect(pages).toBeLessThan(5);
      },
    );
  });
});
