import type { OutputStream, Task } from "@host-runner/contracts";
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { parseParts } from "./output-parts.ts";
import { reachingRedis } from "./queue-error.ts";
import { jobIdOf } from "./task-id.ts";

/** How far an execution's output has been read: the last entry, and what comes next in each stream, in bytes. */
export interface OutputPosition {
  attempt: number;
  entry: number;
  stdout: number;
  stderr: number;
}

/** A piece of what was written, or of what was written and is not kept. */
export type OutputPart = { stream: OutputStream } & (
  | { kind: "output"; offset: number; bytes: Buffer }
  | { kind: "gap"; from: number; to: number }
);

export type OutputPiece = OutputPart & { after: OutputPosition };

export const startOfOutput: OutputPosition = { attempt: 0, entry: 0, stdout: 0, stderr: 0 };

/** The first read is short, as entries may have 64 KiB each; as long as more is wanted, each has twice as many. */
const FIRST_READ_ENTRIES = 4;
const MAX_READ_ENTRIES = 64;

const longerRead = (entries: number) => Math.min(entries * 2, MAX_READ_ENTRIES);

type Entry = [id: Buffer, fields: Buffer[]];

/**
 * What is kept of an execution's output after a position, in the order in which it was written, about `maxBytes` of it.
 * Empty where there is no more for now. Each piece says the position after it: going on from there misses no byte
 * and sees none twice. A new attempt begins at offset 0 again.
 */
export async function readOutput(
  redis: Redis,
  keys: Keys,
  task: Task,
  after: OutputPosition,
  maxBytes: number,
): Promise<OutputPiece[]> {
  const { task_id: taskId, execution } = task;
  const jobId = jobIdOf({ taskId, execution });
  const key = keys.output(jobId);
  const pieces: OutputPiece[] = [];
  let position = after;
  for (let bytesRead = 0, count = FIRST_READ_ENTRIES; bytesRead < maxBytes; count = longerRead(count)) {
    const start = `(${position.attempt}-${position.entry}`;
    const entries = await redis.xrangeBuffer(key, start, "+", "COUNT", count);
    for (const entry of entries.map(parseEntry)) {
      pieces.push(...toPieces(entry, position));
      position = pieces.at(-1)!.after;
      bytesRead += entry.bytes.length;
      if (bytesRead >= maxBytes) return pieces;
    }
    if (entries.length < count) break;
  }
  if (pieces.length > 0) return pieces;
  // An output that has a stream has nothing in the record, and the record never has much.
  const ofRecord = after.attempt > 1 ? [] : await readFromRecord(redis, keys, jobId, after);
  return ofRecord.length > 0 ? ofRecord : findMissingEnd(task, after);
}

/** The gaps between what has been read and the end of an ended task's output, where that could not be stored. Pure. */
export function findMissingEnd(task: Task, after: OutputPosition): OutputPiece[] {
  let position = after.attempt === task.attempt ? after : { ...startOfOutput, attempt: task.attempt };
  const pieces: OutputPiece[] = [];
  for (const stream of ["stdout", "stderr"] as const) {
    const [from, to] = [position[stream], task[`${stream}_bytes`] ?? 0];
    if (to <= from) continue;
    position = { ...position, [stream]: to };
    pieces.push({ kind: "gap", stream, from, to, after: position });
  }
  return pieces;
}

/** The output that an ended task has in its record, after a position; empty where it has none there. */
async function readFromRecord(
  redis: Redis,
  keys: Keys,
  jobId: string,
  after: OutputPosition,
): Promise<OutputPiece[]> {
  const pieces: OutputPiece[] = [];
  for (const written of await writtenInRecord(redis, keys, jobId)) {
    if (written.number <= after.entry) continue;
    pieces.push(...toPieces(written, pieces.at(-1)?.after ?? after));
  }
  return pieces;
}

async function writtenInRecord(redis: Redis, keys: Keys, jobId: string): Promise<Written[]> {
  const key = keys.recordOf(jobId);
  const parts = await redis.hget(key, "outputParts");
  if (!parts) return [];
  const [stdout, stderr] = await redis.hmgetBuffer(key, "stdout", "stderr");
  const none = Buffer.alloc(0);
  const written = parseParts(parts, { stdout: stdout ?? none, stderr: stderr ?? none });
  return written.map((part, i) => ({ ...part, attempt: 1, number: i + 1 }));
}

/** The last of an execution's output, about `maxBytes` of it. What comes before is told as a gap. */
export async function readOutputEnd(
  redis: Redis,
  keys: Keys,
  jobId: string,
  maxBytes: number,
): Promise<OutputPiece[]> {
  const newestFirst: Written[] = [];
  let bytesRead = 0;
  for await (const written of writtenFromEnd(redis, keys, jobId, "-")) {
    newestFirst.push(written);
    bytesRead += written.bytes.length;
    if (bytesRead >= maxBytes) break;
  }
  const pieces: OutputPiece[] = [];
  for (const written of newestFirst.reverse()) {
    pieces.push(...toPieces(written, pieces.at(-1)?.after ?? startOfOutput));
  }
  return pieces;
}

/**
 * What is kept of the last attempt's output, from its end to its beginning. A gap comes between the pieces around it. Only
 * as much is read as is asked for.
 */
export async function* outputBackwards(redis: Redis, keys: Keys, task: Task): AsyncGenerator<OutputPart> {
  const jobId = jobIdOf({ taskId: task.task_id, execution: task.execution });
  // Where what has been read of each stream begins; at first, where the stream ends.
  const begins: Record<OutputStream, number | null> = {
    stdout: task.stdout_bytes,
    stderr: task.stderr_bytes,
  };
  for await (const { stream, offset, bytes } of writtenFromEnd(redis, keys, jobId, `${task.attempt}-0`)) {
    yield* gapBefore(stream, offset + bytes.length);
    begins[stream] = offset;
    yield { kind: "output", stream, offset, bytes };
  }
  for (const stream of ["stderr", "stdout"] as const) yield* gapBefore(stream, 0);

  function* gapBefore(stream: OutputStream, from: number): Generator<OutputPart> {
    const to = begins[stream];
    if (to !== null && to > from) yield { kind: "gap", stream, from, to };
  }
}

/** Entries from the newest one back to the id `first`, or the output in the record where there are none. */
async function* writtenFromEnd(
  redis: Redis,
  keys: Keys,
  jobId: string,
  first: string,
): AsyncGenerator<Written> {
  const read = (end: string, count: number) =>
    reachingRedis("read output", () => redis.xrevrangeBuffer(keys.output(jobId), end, first, "COUNT", count));
  let count = FIRST_READ_ENTRIES;
  let entries = await read("+", count);
  if (entries.length === 0) {
    const inRecord = await reachingRedis("read output", () => writtenInRecord(redis, keys, jobId));
    yield* inRecord.reverse();
    return;
  }
  for (;;) {
    for (const entry of entries) yield parseEntry(entry);
    if (entries.length < count) return;
    count = longerRead(count);
    entries = await read(`(${entries.at(-1)![0].toString()}`, count);
  }
}

interface Written {
  attempt: number;
  number: number;
  stream: OutputStream;
  offset: number;
  bytes: Buffer;
}

function parseEntry([id, fields]: Entry): Written {
  const [attempt = 0, number = 0] = id.toString().split("-").map(Number);
  const stream: OutputStream = fields[1]?.toString() === "o" ? "stdout" : "stderr";
  return { attempt, number, stream, offset: Number(fields[3]), bytes: fields[5]! };
}

/** What an entry tells to who has read up to a position: of a gap, where there is one, and of its bytes. */
function toPieces(
  { attempt, number, stream, offset, bytes }: Written,
  before: OutputPosition,
): OutputPiece[] {
  const pieces: OutputPiece[] = [];
  const position = attempt === before.attempt ? before : { ...startOfOutput, attempt };
  const from = position[stream];
  // The gap's position is not past the entry: who stops there reads the entry next.
  if (offset > from)
    pieces.push({ kind: "gap", stream, from, to: offset, after: { ...position, [stream]: offset } });
  const after = { ...position, attempt, entry: number, [stream]: offset + bytes.length };
  pieces.push({ kind: "output", stream, offset, bytes, after });
  return pieces;
}
