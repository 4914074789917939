import type { OutputStream, Task } from "@host-runner/contracts";
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { jobIdOf } from "./task-id.ts";

/** How far an execution's output has been read: the last entry, and what comes next in each stream, in bytes. */
export interface OutputPosition {
  attempt: number;
  entry: number;
  stdout: number;
  stderr: number;
}

/** A piece of what was written, or of what was written and is not kept. */
export type OutputPiece = { stream: OutputStream; after: OutputPosition } & (
  | { kind: "output"; offset: number; bytes: Buffer }
  | { kind: "gap"; from: number; to: number }
);

export const startOfOutput: OutputPosition = { attempt: 0, entry: 0, stdout: 0, stderr: 0 };

const ENTRIES_PER_READ = 64;

/**
 * What is kept of an execution's output after a position, in the order in which it was written, about `maxBytes` of it.
 * Empty where there is no more for now. Each piece says the position after it: going on from there misses no byte
 * and sees none twice. A new attempt begins at offset 0 again.
 */
export async function readOutput(
  redis: Redis,
  keys: Keys,
  { task_id: taskId, execution }: Pick<Task, "task_id" | "execution">,
  after: OutputPosition,
  maxBytes: number,
): Promise<OutputPiece[]> {
  const key = keys.output(jobIdOf({ taskId, execution }));
  const pieces: OutputPiece[] = [];
  let position = after;
  for (let bytesRead = 0; bytesRead < maxBytes; ) {
    const start = `(${position.attempt}-${position.entry}`;
    const entries = await redis.xrangeBuffer(key, start, "+", "COUNT", ENTRIES_PER_READ);
    for (const [id, fields] of entries) {
      const [attempt = 0, entry = 0] = id.toString().split("-").map(Number);
      const stream: OutputStream = fields[1]?.toString() === "o" ? "stdout" : "stderr";
      const offset = Number(fields[3]);
      const bytes = fields[5]!;
      if (attempt !== position.attempt) position = { ...startOfOutput, attempt };
      if (offset > position[stream]) {
        const from = position[stream];
        // Not past the entry: who stops here reads it next.
        position = { ...position, [stream]: offset };
        pieces.push({ kind: "gap", stream, from, to: offset, after: position });
      }
      position = { ...position, attempt, entry, [stream]: offset + bytes.length };
      pieces.push({ kind: "output", stream, offset, bytes, after: position });
      bytesRead += bytes.length;
      if (bytesRead >= maxBytes) return pieces;
    }
    if (entries.length < ENTRIES_PER_READ) return pieces;
  }
  return pieces;
}
