import { invalidRequest, type OutputStream, type Task, toFieldErrors } from "@host-runner/contracts";
import { type OutputPart, startOfOutput, type TaskQueue } from "@host-runner/queue";
import type { Request, Response } from "express";
import * as z from "zod";
import { sendPieces } from "../send-pieces.ts";
import { lastLines } from "./last-lines.ts";

/** What is read from Redis at a time. */
const READ_BYTES = 1024 * 1024;

/** An output that is no longer is read once and kept; a longer one is read twice. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** What `tail` has at most, however long the lines are. */
const MAX_TAIL_BYTES = 4 * 1024 * 1024;

const number = z
  .string()
  .regex(/^\d{1,15}$/, "must be a number")
  .transform(Number);

/** It is text in a query, and described as the number that it stands for. */
const described = (description: string) => ({
  description,
  override: { type: "integer", minimum: 0, pattern: undefined },
});

export const outputQuerySchema = z.object({
  stream: z
    .enum(["stdout", "stderr", "both"])
    .optional()
    .default("both")
    .meta({ description: "`both`: in the order in which they were written." }),
  from: number.optional().meta(described("The bytes of one stream from this offset on.")),
  tail: number.optional().meta(described("The last lines, so many of them, and 4 MiB at most.")),
});

export type OutputQuery = z.output<typeof outputQuerySchema>;

/** Checks the query of GET /tasks/{id}/output. Throws `invalid` with every problem found. */
export function parseOutputQuery(input: unknown): OutputQuery {
  const result = outputQuerySchema.safeParse(input);
  const errors = toFieldErrors(result.error);
  if (result.data?.from !== undefined && result.data.stream === "both") {
    errors.push({
      path: "from",
      message: "counts the bytes of one stream: say stream=stdout or stream=stderr",
    });
  }
  if (errors.length > 0 || !result.success) throw invalidRequest(errors);
  return result.data;
}

/**
 * Sends the kept bytes of an execution's last attempt. X-Output-Offset is the offset of the first one in its stream
 * (of stdout, where both are sent); X-Output-Gap names what is missing between, as `stream from-to`. An output of any length
 * costs a few MiB of memory.
 */
export async function sendOutput(
  request: Request,
  response: Response,
  query: OutputQuery,
  { queue, task }: { queue: TaskQueue; task: Task },
): Promise<void> {
  response.type("text/plain; charset=utf-8");
  if (query.tail !== undefined) {
    const newestFirst = selectParts(queue.outputBackwards(task), query, { isBackwards: true });
    const parts = await lastLines(newestFirst, query.tail, MAX_TAIL_BYTES);
    announce(response, await measure(parts));
    response.end(Buffer.concat(parts.flatMap((part) => (part.kind === "output" ? [part.bytes] : []))));
    return;
  }
  const read = () => selectParts(outputForwards(queue, task), query);
  const kept: Buffer[] = [];
  const extent = await measure(read(), (bytes, { size }) => {
    if (size <= KEPT_BYTES) kept.push(bytes);
    else kept.length = 0;
  });
  announce(response, extent);
  if (extent.size <= KEPT_BYTES) response.end(Buffer.concat(kept));
  else await sendPieces(request, response, readAgain(read(), extent, response));
}

/** What an answer has: its headers tell it before the first byte is sent. */
interface Extent {
  /** Where each stream begins; null where nothing is sent of it. */
  begin: Record<OutputStream, number | null>;
  size: number;
  gaps: string[];
}

/** Reads all parts. `take` gets the bytes of each, and what has come so far with them. */
async function measure(
  parts: AsyncIterable<OutputPart> | Iterable<OutputPart>,
  take: (bytes: Buffer, soFar: Extent) => void = () => {},
): Promise<Extent> {
  const extent: Extent = { begin: { stdout: null, stderr: null }, size: 0, gaps: [] };
  for await (const part of parts) {
    if (part.kind === "gap") extent.gaps.push(nameOf(part));
    else {
      extent.begin[part.stream] ??= part.offset;
      extent.size += part.bytes.length;
      take(part.bytes, extent);
    }
  }
  return extent;
}

function announce(response: Response, { begin, size, gaps }: Extent): void {
  const offset = begin.stdout ?? begin.stderr;
  if (offset !== null) response.set("X-Output-Offset", String(offset));
  if (gaps.length > 0) response.set("X-Output-Gap", gaps.join(", "));
  response.set("Content-Length", String(size));
}

/**
 * The bytes of an output that has been measured. Cuts the answer where a part is gone meanwhile, as a running task drops
 * the middle of a long output: headers that are sent cannot tell of it.
 */
async function* readAgain(
  parts: AsyncIterable<OutputPart>,
  { size, gaps }: Extent,
  response: Response,
): AsyncGenerator<Buffer> {
  let left = size;
  for await (const part of parts) {
    if (part.kind === "gap" && !gaps.includes(nameOf(part))) break;
    if (part.kind === "gap") continue;
    const bytes = part.bytes.subarray(0, left);
    yield bytes;
    left -= bytes.length;
    if (left === 0) return;
  }
  response.destroy();
}

const nameOf = ({ stream, from, to }: Extract<OutputPart, { kind: "gap" }>) => `${stream} ${from}-${to}`;

/** From the beginning of the last attempt on. */
async function* outputForwards(queue: TaskQueue, task: Task): AsyncGenerator<OutputPart> {
  let position = { ...startOfOutput, attempt: Math.max(task.attempt, 1) };
  for (;;) {
    const pieces = await queue.output(task, position, READ_BYTES);
    yield* pieces;
    if (pieces.length === 0) return;
    position = pieces.at(-1)!.after;
  }
}

/** The parts that a query asks for, without the bytes before its offset. */
async function* selectParts(
  parts: AsyncIterable<OutputPart>,
  { stream, from = 0 }: OutputQuery,
  { isBackwards = false } = {},
): AsyncGenerator<OutputPart> {
  for await (const part of parts) {
    if (stream !== "both" && stream !== part.stream) continue;
    const end = part.kind === "gap" ? part.to : part.offset + part.bytes.length;
    if (end <= from) {
      if (isBackwards) return;
      continue;
    }
    if (part.kind === "gap") yield { ...part, from: Math.max(part.from, from) };
    else {
      const bytes = part.bytes.subarray(Math.max(0, from - part.offset));
      yield { ...part, offset: end - bytes.length, bytes };
    }
  }
}
