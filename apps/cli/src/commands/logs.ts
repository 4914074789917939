import type { Client, Task, TaskEvent } from "@host-runner/client";
import { isEnded } from "@host-runner/client";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Verb } from "../program.ts";
import { showOutput } from "../tasks/show-event.ts";

interface LogsOptions {
  follow?: boolean;
  tail?: number;
  stream?: "stdout" | "stderr";
  execution?: number;
}

/** How many bytes of each stream of an attempt have been shown, or are not to be shown. */
interface Shown {
  attempt: number;
  stdout: number;
  stderr: number;
}

export const logs: Verb<LogsOptions> = async (context, [taskId = ""], options) => {
  const client = await context.connect({ follows: options.follow ?? false });
  const task = await client.get(taskId, { execution: options.execution });
  const shown = options.tail === undefined ? null : await showTail(context, client, task, options);
  if (options.follow || options.tail === undefined) await showEvents(context, client, task, shown, options);
  return context.readerGone.aborted ? exitCodes.readerGone : exitCodes.done;
};

/** The last lines of each stream. */
async function showTail(
  context: Context,
  client: Client,
  { task_id, execution, attempt }: Task,
  { tail, stream: only }: LogsOptions,
): Promise<Shown> {
  const shown: Shown = { attempt, stdout: 0, stderr: 0 };
  for (const stream of ["stdout", "stderr"] as const) {
    if (only !== undefined && only !== stream) continue;
    const { bytes, offset, gaps } = await client.output(task_id, { stream, tail, execution });
    shown[stream] = (offset ?? 0) + bytes.length + sizeOf(gaps);
    const text = new TextDecoder().decode(bytes);
    if (text === "") continue;
    await show(context, { type: "output", id: "", stream, attempt, offset: offset ?? 0, text });
  }
  return shown;
}

/** Everything, in the order of both streams: up to the end, or to what was there when it was asked for. */
async function showEvents(
  context: Context,
  client: Client,
  task: Task,
  shown: Shown | null,
  { follow, stream }: LogsOptions,
): Promise<void> {
  const { task_id, execution } = task;
  const until = follow || isEnded(task.status) ? null : await measureOutput(client, task);
  if (until && until.bytes === 0) return;
  let bytes = 0;
  for await (const event of client.events(task_id, { execution })) {
    if (context.readerGone.aborted) return;
    if (event.type !== "output" && event.type !== "gap") continue;
    const isWanted = stream === undefined || event.stream === stream;
    if (isWanted && !wasShown(event, shown)) await show(context, event);
    if (!until || event.type !== "output" || event.attempt < until.attempt) continue;
    bytes += Buffer.byteLength(event.text);
    if (bytes >= until.bytes || event.attempt > until.attempt) return;
  }
}

async function measureOutput(client: Client, { task_id, execution, attempt }: Task) {
  return { attempt, bytes: await client.outputSize(task_id, { execution }) };
}

/** What is missing between the bytes of an output, such as "stdout 1000-2000". */
function sizeOf(gaps: readonly string[]): number {
  const sizes = gaps.map((gap) => {
    const [, from, to] = /(\d+)-(\d+)$/.exec(gap) ?? [];
    return Number(to ?? 0) - Number(from ?? 0);
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

function wasShown(event: TaskEvent & { type: "output" | "gap" }, shown: Shown | null): boolean {
  if (shown === null || event.attempt > shown.attempt) return false;
  const begin = event.type === "output" ? event.offset : event.from;
  return event.attempt < shown.attempt || begin < shown[event.stream];
}

async function show(context: Context, event: TaskEvent): Promise<void> {
  if (context.json) await context.printJson(event);
  else await showOutput(context, event);
}
