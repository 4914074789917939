import { createRedactor, type OutputStream } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";
import { asBytes, redactOutput } from "../../src/redact-output.ts";

/** Writes pieces of both streams, and returns what was passed on of each; fails where an offset is wrong. */
async function pass(pieces: [OutputStream, Buffer][], secrets: string[] = []) {
  const passed: Record<OutputStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const sink = redactOutput(createRedactor(asBytes(secrets)), {
    write(stream, offset, chunk) {
      expect(offset).toBe(passed[stream].length);
      passed[stream] = Buffer.concat([passed[stream], chunk]);
    },
  });
  for (const [stream, bytes] of pieces) await sink.write(stream, 0, bytes);
  await sink.end();
  return passed;
}

describe("redacted output", () => {
  it("is the same bytes where it has no secret, valid UTF-8 or not", async () => {
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));
    const { stdout } = await pass([
      ["stdout", bytes.subarray(0, 300)],
      ["stdout", bytes.subarray(300)],
    ]);
    expect(stdout.equals(bytes)).toBe(true);
  });

  it("keeps the streams apart: each has its own secrets, cut in its own chunks", async () => {
    const { stdout, stderr } = await pass([
      ["stdout", Buffer.from("token=ab")],
      ["stderr", Buffer.from("c plain pass")],
      ["stdout", Buffer.from("c out")],
      ["stderr", Buffer.from("word=x err")],
    ]);
    expect(stdout.toString()).toBe("token=[REDACTED] out");
    expect(stderr.toString()).toBe("c plain password=[REDACTED] err");
  });

  it("finds a secret that is cut in the midst of a character", async () => {
    const bytes = Buffer.from("a schlüssel b");
    for (let at = 0; at <= bytes.length; at++) {
      const pieces: [OutputStream, Buffer][] = [
        ["stdout", bytes.subarray(0, at)],
        ["stdout", bytes.subarray(at)],
      ];
      expect((await pass(pieces, ["schlüssel"])).stdout.toString()).toBe("a [REDACTED] b");
    }
  });
});
