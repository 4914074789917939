import { setTimeout as delay } from "node:timers/promises";
import { knownNames, parseSubmission, readEnvironment, workerSettings } from "@host-runner/contracts";
import { openTaskQueue, startOfOutput } from "@host-runner/queue";
import { waitFor, withGarbageCollection, withRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { pino } from "pino";
import { createWorkerStart } from "../../src/start-worker.ts";

const log = pino({ level: "silent" });

describe("a worker that is told to stop", () => {
  it("stops what runs as soon as the time for draining is over", () =>
    withRedis(({ url, name }) =>
      withGarbageCollection(async () => {
        const queue = await openTaskQueue({
          redisUrl: url,
          queue: name,
          maxQueued: 10,
          retention: { retentionSeconds: 3600, retentionCount: 10 },
          log,
        });
        const { values: settings } = readEnvironment(
          { REDIS_URL: url, HOST_RUNNER_QUEUE: name, HOST_RUNNER_DRAIN_SECONDS: "1" },
          { settings: workerSettings, knownNames, readFile: () => "" },
        );
        const stopping = new AbortController();
        const start = createWorkerStart({ pid: process.pid, environment: {} });
        const worker = await start(settings, { log, fail() {}, stopping: stopping.signal });
        const names = { task_id: "t", run_id: "r" };
        const { task } = await queue.submit({ ...parseSubmission({ prompt: "mock:hang" }), ...names });
        // Not just granted, which Redis tells first: a task that is granted to a stopping worker is given back.
        await waitFor(async () => (await queue.output(task, startOfOutput, 100)).length > 0, {
          description: "t has written something",
        });
        const hurry = new AbortController();
        const stopped = worker.stop({ hurry: hurry.signal }).then(() => "stopped");
        try {
          expect(await Promise.race([stopped, delay(10_000, "still there")])).toBe("stopped");
          expect(await queue.find("t")).toMatchObject({ status: "failed", reason: "shutdown" });
        } finally {
          hurry.abort();
          await stopped;
          await queue.close();
        }
      }),
    ));
});
