import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { Worker } from "bullmq";
import { BULLMQ_PREFIX, createKeys } from "../../src/keys.ts";
import { giveBack } from "../../src/scripts.ts";
import { submission, withQueue } from "./with-queue.ts";

describe("a lease that nobody heard of", () => {
  it("is given back once: a second look at it does not take the next lease of the task away", () =>
    withQueue(async ({ queue, redis, name, connect }) => {
      const runner = { redis, keys: createKeys(name) };
      const worker = new Worker(name, null, {
        connection: connect({ maxRetriesPerRequest: null }),
        prefix: BULLMQ_PREFIX,
        name: "me",
        skipVersionCheck: true,
      });
      try {
        await queue.submit(submission("t"));
        const first = await worker.getNextJob("one", { block: false });
        const seen = { jobId: "task-t@1", holder: "me", attempt: 1, startedOn: first?.processedOn ?? 0 };
        expect(await giveBack(runner, seen)).toBe("given-back");
        expect(await queue.find("t")).toMatchObject({ status: "queued", attempt: 0 });

        await waitFor(() => Date.now() > seen.startedOn, { description: "the clock has moved on" });
        const again = await worker.getNextJob("two", { block: false });
        expect(again).toMatchObject({ id: "task-t@1", attemptsStarted: 1 });
        expect(await giveBack(runner, seen)).toBe("changed");
        expect(await queue.find("t")).toMatchObject({ status: "running", attempt: 1 });
      } finally {
        await worker.close(true);
      }
    }));
});
