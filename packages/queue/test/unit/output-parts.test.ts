import type { Outcome } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";
import { formatParts, parseParts } from "../../src/output-parts.ts";
import type { OutputEntry } from "../../src/scripts.ts";

function entriesOf(...pieces: ["stdout" | "stderr", string | Buffer][]): OutputEntry[] {
  const offsets = { stdout: 0, stderr: 0 };
  return pieces.map(([stream, text], i) => {
    const bytes = Buffer.from(text);
    const entry = { id: `1-${i + 1}`, stream, offset: offsets[stream], bytes };
    offsets[stream] += bytes.length;
    return entry;
  });
}

function outcomeOf(entries: OutputEntry[], changes: object = {}): Outcome {
  const all = (name: string) =>
    Buffer.concat(entries.filter(({ stream }) => stream === name).map(({ bytes }) => bytes));
  const output = {
    stdout: all("stdout").toString(),
    stderr: all("stderr").toString(),
    stdoutBytes: all("stdout").length,
    stderrBytes: all("stderr").length,
    stdoutTruncated: false,
    stderrTruncated: false,
    ...changes,
  };
  return { status: "success", reason: null, message: "", exitCode: 0, signal: null, output };
}

describe("output that is in the record", () => {
  it("is put together again in the order in which it was written", () => {
    const entries = entriesOf(["stdout", "a"], ["stderr", "Grüße"], ["stdout", "日本\n"], ["stderr", "!"]);
    const outcome = outcomeOf(entries);
    const parts = formatParts(entries, outcome);
    expect(parts).toBe("o1 e7 o7 e1");
    const { stdout, stderr } = outcome.output!;
    const texts = { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
    expect(parseParts(parts!, texts)).toEqual(entries.map(({ id: _, ...part }) => part));
  });

  it.each([
    ["nothing was written", entriesOf(), {}],
    ["the task keeps only its end", entriesOf(["stdout", "long"]), { stdout: "ng", stdoutTruncated: true }],
    ["something of it is elsewhere", entriesOf(["stdout", "end"]), { stdoutBytes: 100 }],
    ["it is no text", entriesOf(["stdout", Buffer.from([0xf0, 0x9f, 0x99])]), {}],
  ])("is not, where %s", (_why, entries, changes) => {
    expect(formatParts(entries, outcomeOf(entries, changes))).toBeNull();
  });
});
