import type { CallbackBody } from "@host-runner/contracts";
import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import type { CallbackVerdict, DueCallback, TaskConsumerOptions } from "../../src/index.ts";
import { handlers, submission, type TestQueue, withQueue } from "./with-queue.ts";

const receiver = { status_callback_url: "http://receiver.test/hook?key=s", status_callback_token: "t0ken" };

/** A receiver that answers as it is told to, and remembers what came. */
function createReceiver(answer: (callback: DueCallback) => CallbackVerdict | Promise<CallbackVerdict>) {
  const received: DueCallback[] = [];
  const deliver = async (callback: DueCallback) => {
    received.push(callback);
    return answer(callback);
  };
  return {
    received,
    statuses: () => received.map(({ body }) => body.status),
    options: (concurrency = 10) =>
      ({ callbacks: { concurrency, deliver } }) satisfies Partial<TaskConsumerOptions>,
    until: (count: number) =>
      waitFor(() => received.length >= count && received, { description: `${count} callbacks` }),
  };
}

const ok = (): CallbackVerdict => ({ state: "delivered", answer: 204 });
const again = (delayMs: number): CallbackVerdict => ({
  state: "pending",
  answer: 503,
  detail: "answered 503",
  delayMs,
});
const refused = (): CallbackVerdict => ({ state: "failed", answer: 401, detail: "answered 401" });

const statesOf = async ({ queue }: Pick<TestQueue, "queue">, taskId: string, execution?: number) =>
  (await queue.find(taskId, execution))?.callbacks?.map(({ status, state }) => `${status} ${state}`);

const untilStates = (test: Pick<TestQueue, "queue">, taskId: string, states: string[], execution?: number) =>
  waitFor(async () => JSON.stringify(await statesOf(test, taskId, execution)) === JSON.stringify(states), {
    description: `the callbacks of ${taskId} are ${states}`,
  });

describe("the callbacks of a task", () => {
  it("tell of the start and of the end, once each, when it is true", () =>
    withQueue(async (test) => {
      const { queue, consume } = test;
      const seen: (string | undefined)[] = [];
      const { received, until, options } = createReceiver(async ({ body }) => {
        seen.push(`${body.status}: ${(await queue.find(body.task_id))?.status}`);
        return ok();
      });
      await queue.submit(submission("t", { ...receiver, run_id: "r" }));
      await consume(handlers.succeed, options());
      await until(2);
      expect(seen.at(-1)).toBe("success: success");
      const task = await queue.find("t");
      const [running, ended] = received;
      expect(running).toMatchObject({
        url: receiver.status_callback_url,
        token: "t0ken",
        tries: 0,
        body: {
          task_id: "t",
          run_id: "r",
          status: "running",
          message: "running",
          started_at: task?.started_at ?? null,
          finished_at: null,
          exit_code: null,
          execution: 1,
          attempt: 1,
          seq: 1,
        } satisfies Partial<CallbackBody>,
      });
      expect(ended?.body).toMatchObject({
        status: "success",
        message: "mock execution completed",
        started_at: task?.started_at,
        finished_at: task?.finished_at,
        exit_code: 0,
        stdout: "out",
        stderr: "",
        attempt: 1,
        seq: 2,
      });
      expect(running?.body.event_id).not.toBe(ended?.body.event_id);
      await untilStates(test, "t", ["running delivered", "success delivered"]);
    }));

  it("are none for a task that gave no URL, which has no trace of them", () =>
    withQueue(async ({ queue, consume, whenStatus, redis, name }) => {
      const { received, options } = createReceiver(ok);
      await queue.submit(submission("t"));
      await consume(handlers.succeed, options());
      await whenStatus("t", "success");
      expect((await queue.find("t"))?.callbacks).toBeNull();
      expect(received).toEqual([]);
      expect(await redis.keys(`{hr}.${name}:callback*`)).toEqual([]);
    }));

  it.each([
    ["fails", handlers.fail, "failed"],
    ["is canceled while it runs", handlers.hang, "canceled"],
  ] as const)("tell of the end where it %s", (_how, handler, status) =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      const { until, statuses, options } = createReceiver(ok);
      await queue.submit(submission("t", receiver));
      await consume(handler, options());
      if (status === "canceled") {
        await whenStatus("t", "running");
        await queue.cancel("t");
      }
      await until(2);
      expect(statuses()).toEqual(["running", status]);
    }),
  );

  it("tell of the end of a task that was canceled while it waited", () =>
    withQueue(async ({ queue, consume }) => {
      const { until, received, options } = createReceiver(ok);
      await queue.submit(submission("t", receiver));
      await queue.cancel("t");
      await consume(handlers.succeed, options());
      await until(1);
      expect(received.map(({ body }) => body)).toMatchObject([
        { status: "canceled", message: "canceled by api", attempt: 0, started_at: null, exit_code: null },
      ]);
    }));

  it("tell of each attempt, and of the loss of a worker", () =>
    withQueue(async (test) => {
      const { queue, consume } = test;
      const { until, received, options } = createReceiver(ok);
      await queue.submit(submission("t", { ...receiver, max_attempts: 2, backoff_seconds: 0 }));
      const lost = await consume(handlers.hang, { leaseMs: 1000 });
      await untilStates(test, "t", ["running pending"]);
      await lost.close(0);
      await consume(handlers.fail, { leaseMs: 1000, ...options() });
      await until(3);
      expect(received.map(({ body }) => [body.status, body.attempt, body.seq])).toEqual([
        ["running", 1, 1],
        ["running", 2, 2],
        ["failed", 2, 3],
      ]);
    }));

  it("keep their order while the receiver fails: what comes first is tried until it is taken", () =>
    withQueue(async (test) => {
      const { queue, consume } = test;
      let failures = 3;
      const { until, received, statuses, options } = createReceiver(() =>
        failures-- > 0 ? again(20) : ok(),
      );
      await queue.submit(submission("t", receiver));
      await consume(handlers.succeed, options());
      await until(5);
      expect(statuses()).toEqual(["running", "running", "running", "running", "success"]);
      expect(received.slice(0, 4).map(({ tries }) => tries)).toEqual([0, 1, 2, 3]);
      expect(new Set(received.slice(0, 4).map(({ body }) => body.event_id)).size).toBe(1);
      await untilStates(test, "t", ["running delivered", "success delivered"]);
      expect((await queue.find("t"))?.callbacks?.[0]).toMatchObject({
        tries: 4,
        http_status: 204,
        detail: null,
      });
    }));

  it("keep their order over executions: the end of one before the start of the next", () =>
    withQueue(async (test) => {
      const { queue, consume, whenStatus } = test;
      let isDown = true;
      const { until, received, options } = createReceiver(() => (isDown ? again(50) : ok()));
      await consume(handlers.fail, options());
      await queue.submit(submission("t", receiver));
      await whenStatus("t", "failed");
      await queue.rerun("t");
      await waitFor(async () => (await queue.find("t", 2))?.status === "failed", {
        description: "it failed again",
      });
      await until(1);
      received.length = 0;
      isDown = false;
      await untilStates(test, "t", ["running delivered", "failed delivered"], 2);
      const taken = received.map(({ body }) => [body.execution, body.status, body.seq]);
      expect(taken.slice(-4)).toEqual([
        [1, "running", 1],
        [1, "failed", 2],
        [2, "running", 3],
        [2, "failed", 4],
      ]);
    }));

  it("of one task are sent one after the other, those of others meanwhile", () =>
    withQueue(async ({ queue, consume }) => {
      let release = () => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      const { until, received, options } = createReceiver(async ({ body }) => {
        if (body.task_id === "slow") await released;
        return ok();
      });
      await consume(handlers.succeed, options());
      await queue.submit(submission("slow", receiver));
      await until(1);
      await queue.submit(submission("quick", receiver));
      await until(3);
      expect(received.map(({ body }) => `${body.task_id} ${body.status}`)).toEqual([
        "slow running",
        "quick running",
        "quick success",
      ]);
      release();
      await until(4);
    }));

  it("are sent as many at a time as there may be", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      let release = () => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      const { received, until, options } = createReceiver(async () => {
        await released;
        return ok();
      });
      await consume(handlers.succeed, options(2));
      for (const id of ["a", "b", "c", "d"]) await queue.submit(submission(id, receiver));
      for (const id of ["a", "b", "c", "d"]) await whenStatus(id, "success");
      await until(2);
      expect(received).toHaveLength(2);
      release();
      await until(8);
    }));

  it("are sent by another worker where the one that has them dies, with the same id", () =>
    withQueue(async ({ queue, consume, redis, name }) => {
      const dead = createReceiver(() => new Promise(() => {}));
      const living = createReceiver(ok);
      await queue.submit(submission("t", receiver));
      await queue.cancel("t");
      const first = await consume(handlers.succeed, dead.options());
      await dead.until(1);
      await first.close(0);
      // Its claim, as if the time were over.
      await redis.zadd(`{hr}.${name}:callbacks-due`, 1, "t");
      await consume(handlers.succeed, living.options());
      await living.until(1);
      expect(living.received[0]?.body.event_id).toBe(dead.received[0]?.body.event_id);
    }));

  it("that the receiver refuses are kept, told of, and sent again when asked for", () =>
    withQueue(async (test) => {
      const { queue, consume } = test;
      let isFixed = false;
      const { until, received, options } = createReceiver(() => (isFixed ? ok() : refused()));
      await queue.submit(submission("t", receiver));
      await consume(handlers.succeed, options());
      await until(2);
      await untilStates(test, "t", ["running failed", "success failed"]);
      const { callbacks } = await queue.callbacks({ state: "failed", limit: 10 });
      expect(callbacks).toMatchObject([
        { task_id: "t", status: "running", state: "failed", receiver: "http://receiver.test" },
        { task_id: "t", status: "success", http_status: 401, detail: "answered 401", tries: 1 },
      ]);
      expect(JSON.stringify(callbacks)).not.toMatch(/key=s|t0ken/);

      isFixed = true;
      await queue.redeliver("t");
      await until(3);
      expect(received[2]?.body).toEqual(received[1]?.body);
      await untilStates(test, "t", ["running failed", "success delivered"]);
      await expect(queue.redeliver("t")).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining("is delivered"),
      });
    }));

  it("that are pending are told of", () =>
    withQueue(async ({ queue }) => {
      await queue.submit(submission("t", receiver));
      await queue.cancel("t");
      expect((await queue.callbacks({ state: "pending", limit: 10 })).callbacks).toMatchObject([
        { task_id: "t", status: "canceled", state: "pending", tries: 0, http_status: null },
      ]);
      await expect(queue.redeliver("t")).rejects.toMatchObject({ code: "conflict" });
    }));

  it("page by page, each once", () =>
    withQueue(async ({ queue, consume }) => {
      const { until, options } = createReceiver(refused);
      for (const id of ["a", "b", "c"]) {
        await queue.submit(submission(id, receiver));
        await queue.cancel(id);
      }
      await consume(handlers.succeed, options());
      await until(3);
      await waitFor(
        async () => (await queue.callbacks({ state: "failed", limit: 9 })).callbacks.length === 3,
        {
          description: "all have failed",
        },
      );
      const first = await queue.callbacks({ state: "failed", limit: 2 });
      const second = await queue.callbacks({ state: "failed", limit: 2, cursor: first.nextCursor ?? "" });
      const all = [...first.callbacks, ...second.callbacks].map(({ task_id }) => task_id);
      expect(all.sort()).toEqual(["a", "b", "c"]);
      expect(second.nextCursor).toBeNull();
      for (const query of [
        { state: "failed" as const, cursor: "x" },
        { state: "failed" as const, cursor: "2" },
        { state: "pending" as const, cursor: first.nextCursor ?? "" },
      ]) {
        await expect(queue.callbacks({ ...query, limit: 2 })).rejects.toMatchObject({
          code: "invalid",
          errors: [{ path: "cursor" }],
        });
      }
    }));

  it("outlive the task's retention while they are owed, and go with it when they are settled", () =>
    withQueue(async ({ queue, open, consume, redis, name }) => {
      await queue.submit(submission("t", receiver));
      await queue.cancel("t");
      await queue.rerun("t");
      await queue.cancel("t");
      await open({ retention: { retentionSeconds: 0, retentionCount: 1 } });
      const ended = () => redis.zcard(`{hr}:${name}:failed`);
      await waitFor(async () => (await ended()) === 0, { description: "the executions are pruned" });
      const { until, received, options } = createReceiver(ok);
      await consume(handlers.succeed, options());
      await until(2);
      expect(received.map(({ body }) => [body.execution, body.status])).toEqual([
        [1, "canceled"],
        [2, "canceled"],
      ]);
      await waitFor(async () => (await redis.keys("*task-t*")).length === 0, {
        description: "nothing is left",
      });
      expect(await redis.keys(`{hr}.${name}:*:*`)).toEqual([]);
      expect(await redis.exists(`{hr}.${name}:callbacks-due`)).toBe(0);
    }));

  it("cost nothing while none is owed: no command is sent for them", () =>
    withQueue(async ({ queue, consume, whenStatus, redis }) => {
      const { options } = createReceiver(ok);
      await consume(handlers.succeed, options());
      await queue.submit(submission("t", receiver));
      await whenStatus("t", "success");
      await untilStates({ queue }, "t", ["running delivered", "success delivered"]);
      const calls = async () => {
        const stats = await redis.info("commandstats");
        return Number(/cmdstat_lindex:calls=(\d+)/.exec(stats)?.[1] ?? 0);
      };
      const before = await calls();
      await queue.submit(submission("u"));
      await whenStatus("u", "success");
      expect(await calls()).toBe(before);
    }));
});
