import { invalidRequest, type OutputStream, type Task, toFieldErrors } from "@host-runner/contracts";
import { startOfOutput, type TaskQueue } from "@host-runner/queue";
import type { Response } from "express";
import * as z from "zod";

const READ_BYTES = 1024 * 1024;

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
  tail: number.optional().meta(described("The last lines, so many of them.")),
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
 * (of stdout, where both are sent); X-Output-Gap names what is missing between, as `stream from-to`.
 */
export async function sendOutput(
  response: Response,
  { stream, from = 0, tail }: OutputQuery,
  { queue, task }: { queue: TaskQueue; task: Task },
): Promise<void> {
  const wanted = (name: OutputStream) => stream === "both" || stream === name;
  const chunks: Buffer[] = [];
  const gaps: string[] = [];
  let begin: number | null = null;
  // The attempts before the last one are read over.
  let position = { ...startOfOutput, attempt: Math.max(task.attempt, 1), entry: 0 };
  for (;;) {
    const pieces = await queue.output(task, position, READ_BYTES);
    for (const piece of pieces) {
      position = piece.after;
      if (!wanted(piece.stream)) continue;
      if (piece.kind === "gap") {
        if (piece.to > from) gaps.push(`${piece.stream} ${Math.max(piece.from, from)}-${piece.to}`);
        continue;
      }
      const bytes = piece.bytes.subarray(Math.max(0, from - piece.offset));
      if (bytes.length === 0) continue;
      begin ??= piece.offset + piece.bytes.length - bytes.length;
      chunks.push(bytes);
    }
    if (pieces.length === 0) break;
  }
  const all = Buffer.concat(chunks);
  const body = tail === undefined ? all : lastLines(all, tail);
  if (begin !== null) response.set("X-Output-Offset", String(begin + (all.length - body.length)));
  if (gaps.length > 0) response.set("X-Output-Gap", gaps.join(", "));
  response.type("text/plain; charset=utf-8").send(body);
}

const NEWLINE = 0x0a;

/** A line that has not ended counts as one. */
function lastLines(bytes: Buffer, count: number): Buffer {
  if (count === 0) return Buffer.alloc(0);
  let position = bytes.at(-1) === NEWLINE ? bytes.length - 1 : bytes.length;
  for (let lines = 0; position > 0; lines++) {
    const newline = bytes.lastIndexOf(NEWLINE, position - 1);
    if (newline === -1) return bytes;
    if (lines + 1 === count) return bytes.subarray(newline + 1);
    position = newline;
  }
  return bytes;
}
