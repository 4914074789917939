import { knownNames, type OutputStream, readEnvironment, workerSettings } from "@host-runner/contracts";
import { createExecutors } from "@host-runner/executors";
import { describe, expect, it } from "@jest/globals";
import { pino } from "pino";
import { createTaskHandler } from "../../src/run-task.ts";

const log = pino({ level: "silent" });

/** Runs one attempt with the mock executor, and returns its outcome and what was passed on of its output. */
async function run(
  prompt: string,
  environment: Record<string, string> = {},
  fields: object = {},
  secrets: string[] = [],
) {
  const { values: settings } = readEnvironment(
    { REDIS_URL: "redis://127.0.0.1", HOST_RUNNER_MOCK_SECONDS: "0", ...environment },
    { settings: workerSettings, knownNames, readFile: () => "" },
  );
  const executors = createExecutors({ workerId: "w", mockDurationMs: 0, gracePeriodMs: 100, shell: null });
  const handle = createTaskHandler({
    settings,
    executors,
    secrets,
    log,
  });
  const written: Record<OutputStream, string> = { stdout: "", stderr: "" };
  const task = {
    taskId: "t",
    runId: "r",
    execution: 1,
    attempt: 1,
    mayStart: () => true,
    submission: { prompt, ...fields },
  };
  const stop = new AbortController();
  const outcome = await handle(
    task,
    stop.signal,
    {
      write(stream, _offset, chunk) {
        written[stream] += chunk.toString();
      },
    },
    (reason) => stop.abort(reason),
  );
  if ("kind" in outcome) throw new Error("it was not started");
  return { outcome, written };
}

describe("an attempt", () => {
  it("keeps the end of its output, and passes all of it on", async () => {
    const { outcome, written } = await run("mock:print 5000", { HOST_RUNNER_TAIL_BYTES: "100" });
    expect(outcome).toMatchObject({
      status: "success",
      output: { stdoutBytes: 5000, stdoutTruncated: true },
    });
    expect(outcome.output?.stdout).toBe(written.stdout.slice(-100));
    expect(written.stdout).toHaveLength(5000);
  });

  it("that writes more than it may is stopped", async () => {
    const { outcome } = await run("mock:print 100000000", { HOST_RUNNER_OUTPUT_LIMIT_BYTES: "100000" });
    expect(outcome).toMatchObject({ status: "failed", reason: "output_limit" });
    expect(outcome.output?.stdoutBytes).toBeGreaterThan(100_000);
  });

  it("that takes longer than the task allows is stopped, else than the worker allows", async () => {
    const timedOut = { status: "failed", reason: "timeout", message: "mock execution timed out" };
    expect((await run("mock:hang", {}, { timeout_seconds: 1 })).outcome).toMatchObject(timedOut);
    expect((await run("mock:hang", { HOST_RUNNER_TIMEOUT_SECONDS: "1" })).outcome).toMatchObject(timedOut);
  });

  it("has no secrets in what is kept and passed on of its output, whatever else is in it", async () => {
    const prompt = "Grüße: password=hunter2 then gehäim-value 日本";
    const { outcome, written } = await run(prompt, {}, {}, ["gehäim-value"]);
    expect(written.stdout).toBe("Grüße: password=[REDACTED] then [REDACTED] 日本");
    expect(outcome.output?.stdout).toBe(written.stdout);
    expect(outcome.output?.stdoutBytes).toBe(Buffer.byteLength(written.stdout));
  });

  it("passes on the end of its output that could have become a secret", async () => {
    const { written } = await run("it ends with abcde", {}, {}, ["abcdef"]);
    expect(written.stdout).toBe("it ends with abcde");
  });

  it("with an executor that the worker does not offer fails and says so", async () => {
    expect((await run("hi", {}, { executor: "shell" })).outcome).toMatchObject({
      reason: "executor_unavailable",
    });
  });
});
