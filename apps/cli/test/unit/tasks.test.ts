import type { TaskSummary, Worker } from "@host-runner/client";
import { describe, expect, it } from "@jest/globals";
import { parseLines } from "../../src/commands/submit-many.ts";
import { decideExitCode } from "../../src/tasks/decide-exit-code.ts";
import { tellDuration, tellSituation } from "../../src/tasks/describe-task.ts";
import { formatAge, formatDuration, parseDuration } from "../../src/tasks/format-time.ts";

const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const now = 1_000_000;

const task = (fields: Partial<TaskSummary>) =>
  ({
    status: "queued",
    message: "accepted",
    reason: null,
    executor: null,
    attempt: 0,
    max_attempts: 1,
    started_at: null,
    finished_at: null,
    cancel_requested_at: null,
    exit_code: null,
    signal: null,
    delay_until: null,
    worker: null,
    ...fields,
  }) as TaskSummary;

const worker = (fields: Partial<Worker>) =>
  ({ executors: ["mock"], slots: 2, tasks: [], ...fields }) as unknown as Worker;

describe("what a task waits for", () => {
  it.each<[string, Partial<TaskSummary>, Worker[] | null]>([
    ["waits for a worker", {}, null],
    ["waits for a worker", {}, [worker({})]],
    ["waits for a worker: none lives", {}, []],
    ["waits for a free slot of 2", {}, [worker({ tasks: ["a", "b"] })]],
    ["waits for a worker with shell: none lives", { executor: "shell" }, [worker({})]],
    [
      "waits for attempt 2 of 3, in 12s",
      { attempt: 1, max_attempts: 3, delay_until: at(now / 1000 + 12) },
      [],
    ],
    ["waits for a worker, attempt 2 of 3", { attempt: 1, max_attempts: 3, delay_until: at(1) }, [worker({})]],
  ])("%s: %j", (expected, fields, workers) => {
    expect(tellSituation(task(fields), { now, workers })).toBe(expected);
  });
});

describe("how a task stands", () => {
  it.each<[string, Partial<TaskSummary>]>([
    ["on build␊er", { status: "running", worker: { id: "w", host: "build\ner", pid: 1 } }],
    ["is being canceled", { status: "running", cancel_requested_at: at(1) }],
    ["", { status: "success", message: "shell execution completed", exit_code: 0 }],
    [
      "shell execution failed (exit code 3)",
      { status: "failed", reason: "exit_code", message: "shell execution failed", exit_code: 3 },
    ],
    [
      "shell execution timed out",
      { status: "failed", reason: "timeout", message: "shell execution timed out", signal: "SIGTERM" },
    ],
  ])("%s", (expected, fields) => expect(tellSituation(task(fields), { now, workers: null })).toBe(expected));

  it("says how long it took, or takes already", () => {
    expect(tellDuration(task({}), now)).toBe("");
    expect(tellDuration(task({ status: "running", started_at: at(900) }), now)).toBe("1m40s");
    expect(tellDuration(task({ status: "success", started_at: at(1), finished_at: at(1.25) }), now)).toBe(
      "0.3s",
    );
  });
});

describe("the exit code of run", () => {
  it.each<[number, Partial<TaskSummary>]>([
    [0, { status: "success", exit_code: 0 }],
    [3, { status: "failed", reason: "exit_code", exit_code: 3 }],
    [137, { status: "failed", reason: "signal", signal: "SIGKILL" }],
    [125, { status: "failed", reason: "signal", signal: "SIGNOVEL" }],
    [124, { status: "failed", reason: "timeout", exit_code: 0 }],
    [124, { status: "failed", reason: "timeout", signal: "SIGKILL" }],
    [125, { status: "failed", reason: "worker_lost" }],
    [125, { status: "failed", reason: "spawn_error" }],
    [125, { status: "failed", reason: "output_limit", signal: "SIGTERM" }],
    [125, { status: "failed", reason: "executor_unavailable" }],
    [143, { status: "canceled", reason: "canceled" }],
  ])("is %d for %j", (expected, fields) => expect(decideExitCode(task(fields))).toBe(expected));
});

describe("times", () => {
  it.each([
    [0, "0.0s", "0s"],
    [-5, "0.0s", "0s"],
    [340, "0.3s", "0s"],
    [12_700, "12s", "12s"],
    [245_000, "4m05s", "4m"],
    [7_980_000, "2h13m", "2h"],
    [100_800_000, "1d04h", "28h"],
    [273_600_000, "3d04h", "3d"],
  ])("%d ms is %s, or an age of %s", (ms, duration, age) => {
    expect([formatDuration(ms), formatAge(ms)]).toEqual([duration, age]);
  });

  it.each([
    ["90", 90],
    ["1.5s", 1.5],
    ["10m", 600],
    ["2h", 7_200],
    ["1d", 86_400],
    ["", null],
    ["10 m", null],
    ["-1", null],
    ["1w", null],
  ])("%s means %s seconds", (text, seconds) => expect(parseDuration(text)).toBe(seconds));
});

describe("lines of submissions", () => {
  it("are objects or prompts, and what the command line says holds where a line says nothing", () => {
    expect(parseLines('"a"\n\n{"prompt":"b","run_id":"own"}\n', { run_id: "r" })).toEqual([
      { number: 1, submission: { run_id: "r", prompt: "a" } },
      { number: 3, submission: { run_id: "own", prompt: "b" } },
    ]);
  });

  it("are refused all together, with the first that are wrong", () => {
    expect(() => parseLines('{"prompt":"fine"}\nnull\n'.concat("{\n".repeat(20)), {})).toThrow(
      /line 2: must be an object[\s\S]*line 3: [\s\S]*and 11 more/,
    );
    expect(() => parseLines("\n \n", {})).toThrow("there is no line");
  });
});
