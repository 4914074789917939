import { describe, expect, it } from "@jest/globals";
import { createOutputRecorder } from "../../src/index.ts";

/** Writes the text to stdout in pieces of `size` bytes, and summarises. */
function record(text: string | Buffer, { tailBytes, size }: { tailBytes: number; size: number }) {
  const recorder = createOutputRecorder({ tailBytes });
  const bytes = Buffer.from(text);
  for (let offset = 0; offset < bytes.length; offset += size) {
    // A reader hands on the same buffer again and again.
    const chunk = Buffer.from(bytes.subarray(offset, offset + size));
    recorder.write("stdout", offset, chunk);
    chunk.fill(0xff);
  }
  return recorder.summary();
}

describe("what is recorded of an output", () => {
  it("is all of it where that fits", () => {
    expect(record("hello", { tailBytes: 5, size: 2 })).toEqual({
      stdout: "hello",
      stderr: "",
      stdoutBytes: 5,
      stderrBytes: 0,
      stdoutTruncated: false,
      stderrTruncated: false,
    });
  });

  it("is its end where it does not fit, whatever the chunks were", () => {
    const text = Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`).join("");
    for (const tailBytes of [1, 10, 4_096, 5_000, 16_384, 40_000]) {
      for (const size of [1, 7, 1_000, 4_096, 65_536]) {
        const { stdout, stdoutBytes, stdoutTruncated } = record(text, { tailBytes, size });
        expect(stdout).toBe(text.slice(-tailBytes));
        expect({ stdoutBytes, stdoutTruncated }).toEqual({ stdoutBytes: text.length, stdoutTruncated: true });
      }
    }
  });

  it("is nothing but counts where nothing is to be kept", () => {
    expect(record("hello", { tailBytes: 0, size: 2 })).toMatchObject({
      stdout: "",
      stdoutBytes: 5,
      stdoutTruncated: true,
    });
  });

  it("keeps the streams apart", () => {
    const recorder = createOutputRecorder({ tailBytes: 10 });
    recorder.write("stdout", 0, Buffer.from("out"));
    recorder.write("stderr", 0, Buffer.from("error"));
    expect(recorder.summary()).toMatchObject({
      stdout: "out",
      stderr: "error",
      stdoutBytes: 3,
      stderrBytes: 5,
    });
  });

  it.each([
    ["é", 1, ""],
    ["é", 2, "é"],
    ["xé", 2, "é"],
    ["漢字", 5, "字"],
    ["漢字", 4, "字"],
    ["漢字", 3, "字"],
    ["🎉🎉", 7, "🎉"],
    ["🎉🎉", 5, "🎉"],
    ["🎉🎉", 4, "🎉"],
  ])("begins with a whole character: %s in %d bytes is %j", (text, tailBytes, stdout) => {
    for (const size of [1, 2, 100]) expect(record(text, { tailBytes, size }).stdout).toBe(stdout);
  });

  it.each([
    [[0x61, 0xff, 0x62], "a\ufffdb"],
    [[0x80, 0x61], "\ufffda"],
    [[0x61, 0xe6, 0xbc], "a\ufffd"],
    [[0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
    [[0xc0, 0xaf], "\ufffd\ufffd"],
    [[0xed, 0xa0, 0x80], "\ufffd\ufffd\ufffd"],
    [[0x0d, 0x0a, 0x00], "\r\n\0"],
  ])("has U+FFFD for what is no UTF-8, and nothing else changed: %j", (bytes, stdout) => {
    for (const size of [1, 100])
      expect(record(Buffer.from(bytes), { tailBytes: 100, size }).stdout).toBe(stdout);
  });

  it("costs hardly more than the copy of what is kept: 1 GB in chunks of 64 KiB", () => {
    const recorder = createOutputRecorder({ tailBytes: 65_536 });
    const chunk = Buffer.alloc(65_536, "x");
    const start = performance.now();
    for (let index = 0; index < 16_384; index++) recorder.write("stdout", index * chunk.length, chunk);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(recorder.summary().stdoutBytes).toBe(2 ** 30);
  });
});
