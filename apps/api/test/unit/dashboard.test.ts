import { createRedactor } from "@host-runner/contracts";
import { type Standing, startOfOutput } from "@host-runner/queue";
import { describe, expect, it } from "@jest/globals";
import { describeJob, formatDuration } from "../../src/dashboard/describe-job.ts";
import { shorten } from "../../src/dashboard/shorten.ts";
import { showSubmission } from "../../src/dashboard/show-submission.ts";
import { toLogLines } from "../../src/dashboard/to-log-lines.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const NOW = Date.parse(at(100));

const started = { started_at: at(10), attempt: 1, max_attempts: 3 };
const ended = { ...started, finished_at: at(22) };

describe("a task's card", () => {
  it.each<[string, Partial<Standing>]>([
    ["t: queued", { status: "queued", attempt: 0 }],
    ["t: queued for attempt 2 of 3", { status: "queued", ...started }],
    ["t: running for 1 min 30 s", { status: "running", ...started }],
    ["t: running for 1 min 30 s, attempt 2 of 3", { status: "running", ...started, attempt: 2 }],
    [
      "t: running for 1 min 30 s, to be canceled",
      { status: "running", ...started, cancel_requested_at: at(1) },
    ],
    ["t: success after 12.0 s", { status: "success", ...ended }],
    [
      "t: failed (exit_code 3) after 12.0 s",
      { status: "failed", ...ended, reason: "exit_code", exit_code: 3 },
    ],
    [
      "t: failed (signal SIGKILL) after 12.0 s",
      { status: "failed", ...ended, reason: "signal", signal: "SIGKILL" },
    ],
    [
      "t: failed (timeout) after 12.0 s",
      { status: "failed", ...ended, reason: "timeout", signal: "SIGTERM" },
    ],
    ["t: failed (internal)", { status: "failed", finished_at: at(22), reason: "internal" }],
    ["t: canceled after 12.0 s", { status: "canceled", ...ended, reason: "canceled" }],
    ["t: canceled before its start", { status: "canceled", finished_at: at(22), reason: "canceled" }],
  ])("is headed %s", (heading, fields) => {
    const nothing = { started_at: null, finished_at: null, cancel_requested_at: null, worker: null };
    const task = { task_id: "t", message: "said", ...nothing, ...fields } as Standing;
    expect(describeJob(task, NOW).name).toBe(heading);
  });

  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1000, "1.0 s"],
    [59_949, "59.9 s"],
    [59_950, "1 min 0 s"],
    [3_599_600, "1 h 0 min"],
    [90_061_000, "25 h 1 min"],
  ])("says %d ms as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("a long text", () => {
  it("is shortened, says how much is left out, and where all of it is", () => {
    expect(shorten("x".repeat(1_000), "HERE")).toBe("x".repeat(1_000));
    const shown = `${"x".repeat(1_000)} … 1,234 more characters; all of it: HERE`;
    expect(shorten("x".repeat(2_234), "HERE")).toBe(shown);
  });

  it("is not cut within a character", () => {
    expect(shorten(`${"x".repeat(999)}${"🙂".repeat(9)}`, "HERE")).toMatch(/^x{999} … 18 more characters/);
  });
});

describe("a task's submission", () => {
  const whereabouts = { address: "/tasks/t?execution=1", key: "{hr}:tasks:task-t@1" };
  const show = (data: unknown, secrets: string[] = []) =>
    showSubmission(JSON.stringify(data), createRedactor(secrets), whereabouts);

  it("is shown as it is where it is short", () => {
    const data = { prompt: "hi", metadata: { a: [1, null] }, max_attempts: 3 };
    expect(show(data)).toEqual(data);
  });

  it("is small, whatever it holds", () => {
    const long = "x".repeat(1_000_000);
    const data = {
      prompt: long,
      metadata: { a: long },
      workspace: { project_root: "/", lock_paths: [long] },
    };
    const shown = show(data) as typeof data;
    expect(JSON.stringify(shown).length).toBeLessThan(4_000);
    expect(shown.prompt).toMatch(
      /^x{1000} … 999,000 more .* all of it: HGET \{hr\}:tasks:task-t@1 data, in Redis$/,
    );
    expect(shown.metadata).toMatch(/^\{"a":"x+ … .* all of it: GET \/tasks\/t\?execution=1$/);
  });

  it("shows no part of a secret that stands where it is shortened", () => {
    const prompt = `${"x".repeat(990)} sEcReTvAlUe ${"y".repeat(1_000)}`;
    expect(JSON.stringify(show({ prompt }, ["sEcReTvAlUe"]))).not.toContain("sEc");
  });
});

describe("a task's log", () => {
  let offsets = { stdout: 0, stderr: 0 };
  const wrote = (stream: "stdout" | "stderr", text: string, attempt = 1) => {
    const bytes = Buffer.from(text);
    const offset = offsets[stream];
    offsets = { ...offsets, [stream]: offset + bytes.length };
    return { kind: "output" as const, stream, offset, bytes, after: { ...startOfOutput, attempt } };
  };
  const gap = (stream: "stdout" | "stderr", from: number, to: number) => ({
    ...{ kind: "gap" as const, stream, from, to },
    after: { ...startOfOutput, attempt: 1 },
  });

  it("has the lines of both streams in the order in which they ended, those of stderr marked", () => {
    const pieces = [
      wrote("stdout", "a"),
      wrote("stderr", "oh\n"),
      wrote("stdout", "b\nc"),
      wrote("stderr", "end"),
    ];
    expect(toLogLines(pieces)).toEqual(["stderr | oh", "ab", "c", "stderr | end"]);
  });

  it("keeps empty lines", () => expect(toLogLines([wrote("stdout", "a\n\nb\n")])).toEqual(["a", "", "b"]));

  it("tells what is missing where it is missing", () =>
    expect(toLogLines([wrote("stdout", "begun"), gap("stdout", 5, 1005), wrote("stdout", "end\n")])).toEqual([
      "begun",
      "--- 1000 bytes of stdout are not shown ---",
      "end",
    ]));

  it("tells where another attempt begins", () =>
    expect(toLogLines([wrote("stdout", "cut"), wrote("stdout", "again\n", 2)])).toEqual([
      "cut",
      "--- attempt 2 ---",
      "again",
    ]));

  it.each([
    ["colours", "\u001b[32mgreen\u001b[0m\n", ["green"]],
    ["the line end of Windows", "a\r\nb\r\n", ["a", "b"]],
    ["several carriage returns at a line's end", "seen\r\r\n", ["seen"]],
    ["a line of carriage returns alone", "a\n\r\r\nb\n", ["a", "", "b"]],
    ["a carriage return in a line", "first\rsecond\n", ["first", "second"]],
    ["a progress line", "\u001b[1m10%\r50%\r\u001b[32m100%\u001b[0m\r\n", ["10%", "50%", "100%"]],
    ["a progress line that is erased each time", "\r\u001b[K10%\r\u001b[K20%", ["10%", "20%"]],
    ["a carriage return at the end of what is there", "10%\r", ["10%"]],
  ])("loses no text to %s", (_, text, lines) => {
    expect(toLogLines([wrote("stdout", text)])).toEqual(lines);
    // The same where each character comes by itself.
    offsets = { stdout: 0, stderr: 0 };
    expect(toLogLines([...text].map((character) => wrote("stdout", character)))).toEqual(lines);
  });

  it("has an end, however many lines there are", () => {
    const lines = toLogLines([wrote("stdout", "x\n".repeat(100_000))]);
    expect(lines.length).toBe(2001);
    expect(lines[0]).toBe("--- what comes before is not shown ---");
  });
});
