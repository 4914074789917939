/**
 * The output of most tasks is short, and stands in the record as the task's stdout and stderr. It needs no stream of its
 * own, which would take Redis 4 KiB at least: only in which order the two were written has to be known besides.
 */
import { isUtf8 } from "node:buffer";
import type { Outcome } from "@host-runner/contracts";
import type { OutputEntry } from "./scripts.ts";

type Part = Pick<OutputEntry, "stream" | "offset" | "bytes">;

/** Entries that are the whole output, as "o5 e3 o10": how much of which stream; null where the record has not all of it. */
export function formatParts(entries: OutputEntry[], { output }: Outcome): string | null {
  if (!output || entries.length === 0) return null;
  const { stdout, stderr } = output;
  const kept = { stdout: Buffer.byteLength(stdout), stderr: Buffer.byteLength(stderr) };
  const written = { stdout: 0, stderr: 0 };
  for (const { stream, bytes } of entries) {
    // Text that is none has other bytes than what it was made from.
    if (!isUtf8(bytes)) return null;
    written[stream] += bytes.length;
  }
  const isWhole =
    written.stdout === output.stdoutBytes &&
    written.stderr === output.stderrBytes &&
    written.stdout === kept.stdout &&
    written.stderr === kept.stderr;
  if (!isWhole) return null;
  return entries.map(({ stream, bytes }) => `${stream === "stdout" ? "o" : "e"}${bytes.length}`).join(" ");
}

/** The entries that `formatParts` was given, but for their ids. */
export function parseParts(parts: string, texts: { stdout: Buffer; stderr: Buffer }): Part[] {
  const offsets = { stdout: 0, stderr: 0 };
  return parts.split(" ").map((part) => {
    const stream = part.startsWith("o") ? "stdout" : "stderr";
    const offset = offsets[stream];
    offsets[stream] += Number(part.slice(1));
    return { stream, offset, bytes: texts[stream].subarray(offset, offsets[stream]) };
  });
}
