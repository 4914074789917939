import { invalidRequest, summarize, type Task } from "@host-runner/contracts";
import type { OutputPiece, OutputPosition, TaskEvent, TaskQueue } from "@host-runner/queue";
import type { SentEvent } from "../send-events.ts";

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

/** The events of an execution from a position on, as they are sent. */
export async function* eventsOf(
  queue: TaskQueue,
  task: Task,
  from: EventPosition,
  signal: AbortSignal,
): AsyncGenerator<SentEvent> {
  let { output } = from;
  for await (const event of queue.follow(task, { after: output, signal })) {
    if (event.kind === "output") output = event.piece.after;
    const id = formatEventId({ execution: task.execution, output, ended: event.kind === "end" });
    const [name, data] = describeEvent(event);
    yield { id, name, data };
  }
}

function describeEvent(event: TaskEvent): [name: string, data: object] {
  if (event.kind === "output") return describePiece(event.piece);
  const { task } = event;
  return event.kind === "status"
    ? ["status", summarize(task)]
    : ["end", { status: task.status, execution: task.execution }];
}

function describePiece(piece: OutputPiece): [name: string, data: object] {
  const { stream, after } = piece;
  if (piece.kind === "gap")
    return ["gap", { stream, from: piece.from, to: piece.to, attempt: after.attempt }];
  const { offset, bytes } = piece;
  return ["output", { stream, offset, text: bytes.toString("utf8"), attempt: after.attempt }];
}
