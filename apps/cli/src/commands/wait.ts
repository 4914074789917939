import { type Client, isEnded, type TaskSummary } from "@host-runner/client";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Verb } from "../program.ts";
import { paintStatus, tellDuration, tellSituation } from "../tasks/describe-task.ts";
import { formatDuration } from "../tasks/format-time.ts";
import { mapAtMost } from "../tasks/map-at-most.ts";
import { cleanLine } from "../terminal/clean-text.ts";
import { formatBar } from "../terminal/progress.ts";

interface WaitOptions {
  run?: string;
  timeout?: number;
}

const AT_A_TIME = 64;
const TELL_EVERY_MS = 1_000;

/** Tells of each task once it has ended. 0: all succeeded; 1: some did not; 124: the time was up first. */
export const wait: Verb<WaitOptions> = async (context, words, { run, timeout }) => {
  const ids = [...new Set(words)];
  if ((ids.length === 0) === (run === undefined)) throw new CliError("name task ids, or a run with --run");
  const client = await context.connect({ follows: true });
  const timeUp = new AbortController();
  const timer = timeout === undefined ? undefined : setTimeout(() => timeUp.abort(), timeout * 1000);
  const board = createBoard(context, ids);
  const ticking = setInterval(board.show, TELL_EVERY_MS);
  const signal = AbortSignal.any([timeUp.signal, context.readerGone]);
  try {
    await (run === undefined
      ? waitForTasks(client, ids, board, signal)
      : waitForRun(client, run, board, signal));
  } catch (error) {
    if (!timeUp.signal.aborted) throw error;
    context.complain(`host-runner: the time is up: ${board.tell()}`);
    return exitCodes.timedOut;
  } finally {
    clearTimeout(timer);
    clearInterval(ticking);
  }
  return board.allSucceeded() ? exitCodes.done : exitCodes.failed;
};

async function waitForTasks(client: Client, ids: string[], board: Board, signal: AbortSignal): Promise<void> {
  await mapAtMost(ids, AT_A_TIME, async (taskId) => {
    await board.add(await client.waitFor(taskId, { signal }));
  });
}

async function waitForRun(client: Client, runId: string, board: Board, signal: AbortSignal): Promise<void> {
  for await (const event of client.runEvents(runId, { signal })) {
    if (event.type === "status") await board.add(event.task);
  }
}

/** How far it is. */
interface Board {
  /** A task as it stands: told of once it has ended. One that is rerun meanwhile is waited for again. */
  add(task: TaskSummary): Promise<void>;
  show(): void;
  tell(): string;
  allSucceeded(): boolean;
}

function createBoard(context: Context, ids: readonly string[]): Board {
  const since = performance.now();
  const all = new Set(ids);
  const ended = new Set<string>();
  const failed = new Set<string>();
  const board: Board = {
    async add(task) {
      const { task_id, status } = task;
      all.add(task_id);
      failed.delete(task_id);
      ended.delete(task_id);
      if (!isEnded(status)) return;
      ended.add(task_id);
      if (status !== "success") failed.add(task_id);
      await tellTask(context, task);
      board.show();
    },
    show() {
      const failures = failed.size > 0 ? `  ${failed.size} not successful` : "";
      const time = formatDuration(performance.now() - since);
      context.progress.show(`${formatBar(ended.size, all.size)}${failures}  ${time}`);
    },
    tell: () => `${ended.size} of ${all.size} have ended`,
    allSucceeded: () => failed.size === 0,
  };
  return board;
}

async function tellTask(context: Context, task: TaskSummary): Promise<void> {
  if (context.json) return context.printJson(task);
  const { task_id, status, exit_code, reason } = task;
  if (!context.out.isTerminal) return context.printFields(task_id, status, exit_code, reason);
  context.progress.clear();
  const { paint } = context.out;
  const now = Date.now();
  const words = [tellDuration(task, now), tellSituation(task, { now, workers: null })]
    .filter(Boolean)
    .join("  ");
  await context.out.write(
    `${paintStatus(paint, status, status.padEnd(8))} ${cleanLine(task_id)}  ${paint("dim", words)}\n`,
  );
}
