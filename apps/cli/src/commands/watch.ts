import { setTimeout as delay } from "node:timers/promises";
import { ClientError, type TaskSummary } from "@host-runner/client";
import { listenForStopRequests } from "@host-runner/service/stop-requests";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { layOutTasks } from "../tasks/task-table.ts";
import { cleanLine } from "../terminal/clean-text.ts";
import { type ListOptions, printTasks, readTasks } from "./ls.ts";

const EVERY_MS = 1_000;

/** Shows the list as it changes: a live table on a terminal, else each task whenever it has changed. */
export async function watch(context: Context, options: ListOptions): Promise<number> {
  const stop = listenForStopRequests(context.host);
  const ended = AbortSignal.any([stop.stop, context.readerGone]);
  const isLive = context.out.isTerminal && !context.json;
  await (isLive ? showLive(context, options, ended) : printChanges(context, options, ended));
  return context.readerGone.aborted ? exitCodes.readerGone : exitCodes.done;
}

async function printChanges(context: Context, options: ListOptions, ended: AbortSignal): Promise<void> {
  const client = await context.connect({ follows: true });
  let known = new Map<string, string>();
  while (!ended.aborted) {
    const { tasks } = await readTasks(client, options);
    // The oldest first, as they happened.
    await printTasks(context, tasks.filter((task) => known.get(task.task_id) !== versionOf(task)).reverse());
    known = new Map(tasks.map((task) => [task.task_id, versionOf(task)]));
    await pause(ended);
  }
}

const versionOf = ({ execution, attempt, status, updated_at }: TaskSummary) =>
  [execution, attempt, status, updated_at].join();

const ENTER_SCREEN = "\u001b[?1049h\u001b[?25l";
const LEAVE_SCREEN = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_REST_OF_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
const CLEAR_ALL = "\u001b[2J";

/** On a screen of its own, so that the terminal has its lines back afterwards, with the last table below them. */
async function showLive(context: Context, options: ListOptions, ended: AbortSignal): Promise<void> {
  const { host, out } = context;
  const client = await context.connect();
  let seen = await readTasks(client, options);
  let problem = "";
  let last: string[] = [];
  const draw = async () => {
    const rows = out.rows();
    const table = await layOutTasks(seen.tasks.slice(0, Math.max(1, rows - 2)), seen.workers, out);
    last = seen.tasks.length === 0 ? ["no task"] : table;
    const counts = tellCounts(seen.tasks);
    const foot = (problem || `${counts}; Ctrl-C ends this`).slice(0, out.columns() - 1);
    const lines = [...last.slice(0, rows - 1), out.paint(problem ? "red" : "dim", foot)];
    await out.write(`${HOME}${lines.map((line) => line + CLEAR_REST_OF_LINE).join("\r\n")}${CLEAR_BELOW}`);
  };
  const redraw = async () => {
    await out.write(CLEAR_ALL);
    await draw();
  };
  await out.write(ENTER_SCREEN);
  host.stdout.on("resize", redraw);
  try {
    while (!ended.aborted) {
      await draw();
      await pause(ended);
      try {
        seen = await readTasks(client, options);
        problem = "";
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        problem = cleanLine(error.message);
      }
    }
  } finally {
    host.stdout.off("resize", redraw);
    await out.write(LEAVE_SCREEN);
    await out.write(`${last.join("\n")}\n`);
  }
}

function tellCounts(tasks: readonly TaskSummary[]): string {
  const counts = new Map<string, number>();
  for (const { status } of tasks) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(", ") || "no task";
}

async function pause(ended: AbortSignal): Promise<void> {
  await delay(EVERY_MS, undefined, { signal: ended }).catch(() => {});
}
