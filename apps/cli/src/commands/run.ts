import {
  type Client,
  ClientError,
  isEnded,
  type SubmissionInput,
  type Task,
  type TaskSummary,
} from "@host-runner/client";
import { listenForStopRequests } from "@host-runner/service/stop-requests";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { explainFailure } from "../explain-failure.ts";
import type { Verb } from "../program.ts";
import { codeOfSignal, decideExitCode } from "../tasks/decide-exit-code.ts";
import { formatDuration } from "../tasks/format-time.ts";
import { readPrompt, type SubmissionOptions, toFields } from "../tasks/read-submission.ts";
import { showOutput } from "../tasks/show-event.ts";
import { cleanLine, cleanText } from "../terminal/clean-text.ts";

/** npx passes on the Ctrl-C that the terminal has sent to both. */
const ECHO_MS = 300;

/** How often the time that it waits is told. */
const TICK_MS = 1_000;

/** Submits, follows, and ends as the command did. Ctrl-C cancels the task; a second one leaves it to its end. */
export const run: Verb<SubmissionOptions> = async (context, words, options) => {
  try {
    const prompt = await readPrompt(words, options, context.host.stdin);
    const client = await context.connect({ follows: true });
    return await runToEnd(context, client, { ...toFields(options), prompt });
  } catch (error) {
    context.complain(`host-runner: ${cleanText(explainFailure(error).message)}`);
    return exitCodes.runFailed;
  }
};

async function runToEnd(context: Context, client: Client, submission: SubmissionInput): Promise<number> {
  // Not before: while a prompt is read from stdin, Ctrl-C ends this as it ends any other command.
  const stop = listenForStopRequests(context.host, { echoMs: ECHO_MS });
  let task: TaskSummary | undefined;
  let canceling: Canceling | undefined;
  const ticking = setInterval(() => tellWaiting(context, task), TICK_MS);
  try {
    for await (const event of client.run(submission, { signal: stop.hurry })) {
      if (event.type === "status") {
        task = event.task;
        canceling ??= cancelOnce(context, stop.stop, () => client.cancel(event.task.task_id));
      }
      if (context.json) await context.printJson(event);
      else await showOutput(context, event);
    }
  } catch (error) {
    if (!stop.hurry.aborted) throw error;
    context.note("host-runner: left; the task is canceled as far as its host was told");
    return codeOfStop(stop.stop) ?? exitCodes.interrupted;
  } finally {
    clearInterval(ticking);
    await context.out.endOutput();
    await context.err.endOutput();
    context.progress.clear();
  }
  await canceling?.settled();
  if (!task) throw new Error("the API told nothing of the task");
  tellEnd(context, task);
  if (context.readerGone.aborted) return exitCodes.readerGone;
  const canceledBy = task.status === "canceled" ? codeOfStop(stop.stop) : null;
  return canceledBy ?? decideExitCode(task);
}

interface Canceling {
  /** Resolves when the wish, where there was one, has been told. */
  settled(): Promise<void>;
}

/** Cancels on the first wish of the user, or when nobody reads the output any more. */
function cancelOnce(
  { readerGone, note, complain, err }: Context,
  wish: AbortSignal,
  cancel: () => Promise<Task>,
): Canceling {
  let asked: Promise<unknown> | undefined;
  const ask = (isWish: boolean) => {
    if (asked) return;
    // The terminal has written ^C, wherever the command's output stood.
    const begin = err.isTerminal ? "\n" : "";
    if (isWish) note(`${begin}host-runner: canceling; Ctrl-C again leaves without waiting for that`);
    asked = cancel().catch((error: unknown) => {
      const words = error instanceof ClientError ? cleanLine(error.message) : String(error);
      complain(`host-runner: it could not be canceled: ${words}`);
    });
  };
  if (wish.aborted) ask(true);
  wish.addEventListener("abort", () => ask(true), { once: true });
  if (readerGone.aborted) ask(false);
  readerGone.addEventListener("abort", () => ask(false), { once: true });
  return { settled: async () => void (await asked) };
}

/** On a terminal, while nothing of the task is to be seen yet. */
function tellWaiting({ progress }: Context, task: TaskSummary | undefined): void {
  const isWaiting = task?.status === "queued";
  if (!isWaiting) progress.clear();
  else
    progress.show(
      `${cleanLine(task.message)}; waits for ${formatDuration(Date.now() - Date.parse(task.created_at))}`,
    );
}

/** What the exit code alone does not tell. A command that failed by itself has said why. */
function tellEnd({ note, complain, err }: Context, task: TaskSummary): void {
  if (!isEnded(task.status) || task.status === "success") return;
  const text = `host-runner: ${cleanLine(task.message)} (task ${cleanLine(task.task_id)})`;
  const isOwnEnd = task.reason === "exit_code" || task.reason === "signal" || task.reason === "canceled";
  if (!isOwnEnd) complain(text);
  else if (err.isTerminal) note(err.paint("dim", text));
}

function codeOfStop(stop: AbortSignal): number | null {
  return stop.aborted ? codeOfSignal(String(stop.reason)) : null;
}
