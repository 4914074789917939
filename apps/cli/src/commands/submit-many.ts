import { ClientError, type SubmissionInput, type Task } from "@host-runner/client";
import { findJsonFlaws } from "@host-runner/contracts/json-flaws";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { explainFailure } from "../explain-failure.ts";
import { mapAtMost } from "../tasks/map-at-most.ts";
import { readTextOf, toFields } from "../tasks/read-submission.ts";
import { cleanLine, cleanText } from "../terminal/clean-text.ts";
import { formatBar } from "../terminal/progress.ts";
import type { SubmitOptions } from "./submit.ts";

/** One by one, each with a key of its own: a lost answer is asked for again, and makes no second task. */
const AT_A_TIME = 32;

/** As many wrong lines are told. */
const TOLD_LINES = 10;

interface Line {
  number: number;
  submission: SubmissionInput;
}

/** Submits each line of a file. Nothing is submitted where a line cannot be sent as it is; what the API refuses is told by line. */
export async function submitMany(
  context: Context,
  words: string[],
  options: SubmitOptions & { batch: string },
): Promise<number> {
  if (words.length > 0 || options.file !== undefined || options.id !== undefined) {
    throw new CliError("--batch has the prompts and the task ids in its lines: leave the others out");
  }
  const text = await readTextOf(options.batch, context.host.stdin);
  const lines = parseLines(text, toFields(options));
  const client = await context.connect();
  const startedAt = performance.now();
  const tasks: (Task | null)[] = [];
  const outage = new AbortController();
  let printed = 0;
  let refused = 0;
  let done = 0;
  await mapAtMost(lines, AT_A_TIME, async ({ number, submission }, index) => {
    if (outage.signal.aborted || context.readerGone.aborted) return;
    try {
      const idempotencyKey = options.key === undefined ? undefined : `${options.key}-${number}`;
      tasks[index] = await client.submit(submission, { idempotencyKey });
    } catch (error) {
      tasks[index] = null;
      const { exitCode, message } = explainFailure(error);
      if (exitCode !== exitCodes.failed || !(error instanceof ClientError)) return outage.abort(error);
      refused += 1;
      context.complain(`line ${number}: ${cleanText(message)}`);
    }
    done += 1;
    await printInOrder();
    const perSecond = Math.round((done * 1000) / Math.max(1, performance.now() - startedAt));
    context.progress.show(
      `${formatBar(done, lines.length)}  ${perSecond}/s${refused ? `  ${refused} refused` : ""}`,
    );
  });
  context.progress.clear();
  const accepted = tasks.filter(Boolean).length;
  const summary = `${accepted} of ${lines.length} submitted${refused ? `, ${refused} refused` : ""}`;
  if (outage.signal.aborted) {
    const advice =
      options.key === undefined
        ? "Submit the rest, or next time give --key: then the same again submits nothing twice."
        : "The same again submits the rest alone.";
    context.complain(`host-runner: ${summary}, then the API was lost. ${advice}`);
    throw outage.signal.reason;
  }
  context.note(summary);
  return refused > 0 ? exitCodes.failed : exitCodes.done;

  /** The results stand in the order of the lines, each as soon as those before it are there. */
  async function printInOrder(): Promise<void> {
    // A terminal has the summary: a thousand ids are nothing to look at.
    if (context.out.isTerminal && !context.json) return;
    while (tasks[printed] !== undefined) {
      const task = tasks[printed++];
      if (!task) continue;
      if (context.json) await context.printJson(task);
      else await context.printFields(task.task_id);
    }
  }
}

/** Each line is a submission, or a prompt as a JSON string; the command line's options go before. Pure. */
export function parseLines(text: string, fields: Omit<SubmissionInput, "prompt">): Line[] {
  const problems: string[] = [];
  const lines = text.split("\n").flatMap((line, index): Line[] => {
    if (line.trim() === "") return [];
    const number = index + 1;
    try {
      const content: unknown = JSON.parse(line);
      const [flaw] = findJsonFlaws(line);
      if (flaw) throw new Error(`${flaw.path.join(".")}: ${flaw.message}`);
      if (typeof content === "string") return [{ number, submission: { ...fields, prompt: content } }];
      if (typeof content === "object" && content !== null && !Array.isArray(content)) {
        return [{ number, submission: { ...fields, ...content } as SubmissionInput }];
      }
      problems.push(`line ${number}: must be an object, or a prompt as a string`);
    } catch (error) {
      problems.push(`line ${number}: ${cleanLine((error as Error).message)}`);
    }
    return [];
  });
  if (problems.length > 0) {
    const more = problems.length > TOLD_LINES ? [`and ${problems.length - TOLD_LINES} more`] : [];
    const told = [...problems.slice(0, TOLD_LINES), ...more].map((problem) => `  ${problem}`);
    throw new CliError(
      `nothing was submitted, for some lines cannot be sent as they are:\n${told.join("\n")}`,
    );
  }
  if (lines.length === 0) throw new CliError("nothing was submitted: there is no line");
  return lines;
}
