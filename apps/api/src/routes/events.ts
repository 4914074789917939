import { invalidRequest, type Task } from "@host-runner/contracts";
import type { OutputPiece, OutputPosition, TaskEvent, TaskQueue } from "@host-runner/queue";
import type { Request, Response } from "express";

/** So that proxies, and readers, know that the connection lives. */
const COMMENT_MS = 15_000;

/** A reader that takes nothing for so long is cut; it goes on with Last-Event-ID. */
const UNREAD_MS = 30_000;

interface StreamOptions {
  queue: TaskQueue;
  task: Task;
  stopping: AbortSignal;
}

/**
 * Where a reader is: the execution, the place in its output, and whether it has seen the end. It is the id of each
 * event, so that Last-Event-ID goes on from there at any API process, and after a rerun of the task too.
 */
export interface EventPosition {
  execution: number;
  output: OutputPosition;
  ended: boolean;
}

/** `<execution>.<attempt>.<entry>.<stdout>.<stderr>`, and `.end` behind the last event. */
export function formatEventId({ execution, output, ended }: EventPosition): string {
  const { attempt, entry, stdout, stderr } = output;
  return [execution, attempt, entry, stdout, stderr, ...(ended ? ["end"] : [])].join(".");
}

/** Throws `invalid` for an id that is none of ours. */
export function parseEventId(text: string): EventPosition {
  const match = /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})(\.end)?$/.exec(text);
  if (!match) {
    const message = "is none that this API has given; leave it out to begin at the start";
    throw invalidRequest([{ path: "Last-Event-ID", message }]);
  }
  const [execution = 0, attempt = 0, entry = 0, stdout = 0, stderr = 0] = match.slice(1, 6).map(Number);
  return { execution, output: { attempt, entry, stdout, stderr }, ended: match[6] !== undefined };
}

/** Sends an execution's events until it ends, the reader goes, or the process stops. */
export async function streamEvents(
  request: Request,
  response: Response,
  from: EventPosition,
  { queue, task, stopping }: StreamOptions,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.writeHead(200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    // nginx would hold events back.
    "X-Accel-Buffering": "no",
  });
  response.flushHeaders();
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const comments = setInterval(() => response.write(": alive\n\n"), COMMENT_MS);
  try {
    let { output } = from;
    const signal = AbortSignal.any([stopping, gone.signal]);
    for await (const event of queue.follow(task, { after: output, signal })) {
      if (event.kind === "output") output = event.piece.after;
      const id = formatEventId({ execution: task.execution, output, ended: event.kind === "end" });
      if (!response.write(formatEvent(id, event))) await untilRead(response, gone);
    }
  } finally {
    clearInterval(comments);
    response.end();
  }
}

function formatEvent(id: string, event: TaskEvent): string {
  const [name, data] = describeEvent(event);
  return `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

function describeEvent(event: TaskEvent): [name: string, data: object] {
  if (event.kind === "output") return describePiece(event.piece);
  const { stdout: _, stderr: __, ...task } = event.task;
  return event.kind === "status"
    ? ["status", task]
    : ["end", { status: task.status, execution: task.execution }];
}

function describePiece(piece: OutputPiece): [name: string, data: object] {
  const { stream, after } = piece;
  if (piece.kind === "gap")
    return ["gap", { stream, from: piece.from, to: piece.to, attempt: after.attempt }];
  const { offset, bytes } = piece;
  return ["output", { stream, offset, text: bytes.toString("utf8"), attempt: after.attempt }];
}

/** Nothing more is read from Redis for a reader who does not read. */
async function untilRead(response: Response, gone: AbortController): Promise<void> {
  if (gone.signal.aborted) return;
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => response.destroy(), UNREAD_MS);
    const settle = () => {
      clearTimeout(cut);
      gone.signal.removeEventListener("abort", settle);
      resolve();
    };
    response.once("drain", settle);
    gone.signal.addEventListener("abort", settle, { once: true });
  });
}
