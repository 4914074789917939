import { ClientError, isEnded, type Task, type TaskSummary } from "@host-runner/client";
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
  const stop = listenForStopRequests(context.host, { echoMs: ECHO_MS });
  try {
    const prompt = await readPrompt(words, options, context.host.stdin);
    const client = await context.connect({ follows: true });
    let task: TaskSummary = await client.submit({ ...toFields(options), prompt }, { signal: stop.hurry });
    const { task_id, execution } = task;
    if (context.json) await context.printJson({ type: "status", task: withoutOutput(task) });
    const canceling = cancelOnce(context, stop.stop, () => client.cancel(task_id));
    const ticking = tellWaiting(context, () => task);
    try {
      for await (const event of client.events(task_id, { execution, signal: stop.hurry })) {
        if (event.type === "status") task = event.task;
        if (context.json) await context.printJson(event);
        else await showOutput(context, event);
      }
    } finally {
      clearInterval(ticking);
      context.progress.clear();
    }
    await canceling.settled();
    tellEnd(context, task);
    if (context.readerGone.aborted) return exitCodes.readerGone;
    return task.status === "canceled"
      ? (codeOfStop(stop.stop) ?? decideExitCode(task))
      : decideExitCode(task);
  } catch (error) {
    if (stop.hurry.aborted) {
      context.note("host-runner: left; the task is canceled as far as its host was told");
      return codeOfStop(stop.stop) ?? exitCodes.interrupted;
    }
    const { message } = explainFailure(error);
    context.complain(`host-runner: ${cleanText(message)}`);
    return exitCodes.runFailed;
  }
};

/** Cancels on the first wish of the user, or when nobody reads the output any more. */
function cancelOnce(
  { readerGone, note, complain, err }: Context,
  wish: AbortSignal,
  cancel: () => Promise<Task>,
) {
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
function tellWaiting({ progress }: Context, task: () => TaskSummary): NodeJS.Timeout {
  const since = Date.now();
  return setInterval(() => {
    const { status, message } = task();
    if (status !== "queued") return progress.clear();
    progress.show(`${cleanLine(message)}; waits for ${formatDuration(Date.now() - since)}`);
  }, TICK_MS);
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

function withoutOutput(task: TaskSummary): TaskSummary {
  const { stdout: _, stderr: __, ...summary } = task as Task;
  return summary;
}
