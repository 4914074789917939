import { createInterface } from "node:readline/promises";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";

interface Choice {
  ids: string[];
  /** Whether something else than ids says which. */
  hasFilter: boolean;
  /** What could have, for who gave nothing: "--run or --all". */
  filters: string;
  find(): Promise<string[]>;
  /** "Cancel", "Rerun": the beginning of the question. */
  question: string;
  /** What to say where nothing is found. */
  none: string;
  yes: boolean;
}

/**
 * The ids that are named, or those that are found. The latter are confirmed on a terminal, or by --yes. Null where the
 * answer was no.
 */
export async function chooseTasks(context: Context, choice: Choice): Promise<string[] | null> {
  const { ids, hasFilter, filters, find, question, none, yes } = choice;
  if (ids.length > 0) {
    if (hasFilter) throw new CliError("task ids and a filter were given: leave one out");
    return ids;
  }
  if (!hasFilter) throw new CliError(`name tasks by their ids, or by ${filters}`);
  const { stdin, stderr } = context.host;
  const canAsk = stdin.isTTY && stderr.isTTY;
  if (!yes && !canAsk) throw new CliError("what names no task has to be confirmed: add --yes");
  const found = await find();
  if (found.length === 0) {
    context.note(none);
    return [];
  }
  const many = `${found.length} ${found.length === 1 ? "task" : "tasks"}`;
  return yes || (await confirm(context.host, `${question} ${many}? [y/N] `)) ? found : null;
}

async function confirm({ stdin, stderr }: NodeJS.Process, question: string): Promise<boolean> {
  const lines = createInterface({ input: stdin, output: stderr });
  // Ctrl-C and Ctrl-D mean no.
  const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    return /^y(es)?$/i.test((await Promise.race([lines.question(question), closed])).trim());
  } finally {
    lines.close();
  }
}
