import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import type { Transition } from "../../src/index.ts";
import { handlers, submission, withQueue } from "./with-queue.ts";

/** Collects transitions, and waits for them. */
function collect() {
  const seen: Transition[] = [];
  return {
    observe: (transition: Transition) => seen.push(transition),
    until: (type: Transition["type"]) =>
      waitFor(() => seen.find((transition) => transition.type === type), { description: `a task ${type}` }),
    seen,
  };
}

describe("the transitions that a worker tells of", () => {
  it("are the start, the output and the end of a task, once each", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      const { observe, until, seen } = collect();
      await queue.submit(submission("t"));
      await consume(
        async (_task, _signal, output) => {
          await output.write("stdout", 0, Buffer.from("12345"));
          return handlers.succeed();
        },
        { observe },
      );
      await whenStatus("t", "success");
      await until("ended");
      expect(seen).toEqual([
        { type: "started", executor: "mock", waitMs: expect.any(Number) },
        { type: "output", bytes: 5 },
        { type: "ended", status: "success", executor: "mock", runMs: expect.any(Number), cancelMs: null },
      ]);
    }));

  it("are the end alone of attempts that fail until none is left", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      const { observe, until, seen } = collect();
      await queue.submit(submission("t", { max_attempts: 3, backoff_seconds: 0 }));
      await consume(handlers.fail, { observe });
      await whenStatus("t", "failed");
      await until("ended");
      expect(seen.map(({ type }) => type)).toEqual(["started", "ended"]);
    }));

  it("say how long a cancel took", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      const { observe, until } = collect();
      await queue.submit(submission("t"));
      await consume(handlers.hang, { observe });
      await whenStatus("t", "running");
      await queue.cancel("t");
      const ended = await until("ended");
      expect(ended).toMatchObject({ status: "canceled", cancelMs: expect.any(Number) });
    }));

  it("are told of a lost worker by the one who noticed", () =>
    withQueue(async ({ queue, consume, whenStatus }) => {
      const { observe, until, seen } = collect();
      await queue.submit(submission("t"));
      const first = await consume(handlers.hang, { leaseMs: 1000 });
      await whenStatus("t", "running");
      await first.close(0);
      await consume(handlers.succeed, { leaseMs: 1000, observe });
      await whenStatus("t", "failed");
      await until("ended");
      expect(seen).toEqual([
        { type: "worker-lost" },
        { type: "ended", status: "failed", executor: "mock", runMs: null, cancelMs: null },
      ]);
    }));
});

describe("the transitions that a producer tells of", () => {
  it("are the ends of waiting tasks that it canceled", () =>
    withQueue(async ({ open }) => {
      const { observe, seen } = collect();
      const queue = await open({ observe });
      await queue.submit(submission("t", { executor: "shell" }));
      await queue.cancel("t");
      await queue.cancel("t");
      expect(seen).toEqual([
        { type: "ended", status: "canceled", executor: "shell", runMs: null, cancelMs: expect.any(Number) },
      ]);
    }));
});
