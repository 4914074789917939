import type { OutputStream, OutputSummary } from "@host-runner/contracts";
import type { OutputSink } from "../executor.ts";
import { createTailBuffer } from "./tail-buffer.ts";

/** An OutputSink that never pauses the command: counts what it wrote, and keeps the end of each stream. */
export interface OutputRecorder extends OutputSink {
  write(stream: OutputStream, offset: number, chunk: Buffer): void;
  /** What the task keeps of the output. May be asked for at any time. */
  summary(): OutputSummary;
}

/** Its memory is bounded by twice `tailBytes`, whatever is written. */
export function createOutputRecorder({ tailBytes }: { tailBytes: number }): OutputRecorder {
  const tails = { stdout: createTailBuffer(tailBytes), stderr: createTailBuffer(tailBytes) };
  const bytes = { stdout: 0, stderr: 0 };
  return {
    write(stream, _offset, chunk) {
      bytes[stream] += chunk.length;
      tails[stream].append(chunk);
    },
    summary: () => ({
      stdout: decodeTail(tails.stdout.read(), bytes.stdout),
      stderr: decodeTail(tails.stderr.read(), bytes.stderr),
      stdoutBytes: bytes.stdout,
      stderrBytes: bytes.stderr,
      stdoutTruncated: bytes.stdout > tailBytes,
      stderrTruncated: bytes.stderr > tailBytes,
    }),
  };
}

/** UTF-8 of the last bytes of `total`: a character that the beginning cuts is left out, an invalid byte is U+FFFD. */
function decodeTail(tail: Buffer, total: number): string {
  const start = tail.length < total ? cutCharacterBytes(tail) : 0;
  // Buffer's decoder keeps a byte order mark, TextDecoder's would swallow it.
  return tail.toString("utf8", start);
}

/** How many bytes at the beginning continue a character: at most three do. */
function cutCharacterBytes(tail: Buffer): number {
  let count = 0;
  while (count < 3 && count < tail.length && (tail[count]! & 0b1100_0000) === 0b1000_0000) count++;
  return count;
}
