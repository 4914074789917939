import { createInterface } from "node:readline/promises";
import type { Client, TaskFilter, TaskSummary } from "@host-runner/client";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import type { FilterOptions } from "./to-filter.ts";
import { toFilter } from "./to-filter.ts";

export interface SelectionOptions extends FilterOptions {
  yes?: boolean;
}

interface Selection {
  /** "Cancel", "Rerun": the beginning of the question. */
  question: string;
  /** In which states they are looked for, where none is named. */
  statuses: readonly NonNullable<TaskFilter["status"]>[];
}

/**
 * The ids that are named, or those of all tasks that a run or a filter means. The latter are confirmed on a terminal, or
 * by --yes. Null where the answer was no.
 */
export async function selectTasks(
  context: Context,
  client: Client,
  { ids, options, question, statuses }: Selection & { ids: string[]; options: SelectionOptions },
): Promise<string[] | null> {
  const { status, run, label, since, yes = false } = options;
  const hasFilter = [status, run, label, since].some((given) => given !== undefined);
  if (ids.length > 0) {
    if (hasFilter) throw new CliError("task ids and a filter were given: leave one out");
    return ids;
  }
  if (!hasFilter) throw new CliError("name tasks by their ids, or by --run, --status, --label or --since");
  const { stdin, stderr } = context.host;
  const canAsk = stdin.isTTY && stderr.isTTY;
  if (!yes && !canAsk) throw new CliError("what names no task has to be confirmed: add --yes");
  const found = await findAll(client, options, status ? [status] : statuses);
  if (found.length === 0) {
    context.note("no such task");
    return [];
  }
  const many = `${found.length} ${found.length === 1 ? "task" : "tasks"}`;
  return yes || (await confirm(context.host, `${question} ${many}? [y/N] `))
    ? found.map((task) => task.task_id)
    : null;
}

async function findAll(
  client: Client,
  options: FilterOptions,
  statuses: readonly TaskSummary["status"][],
): Promise<TaskSummary[]> {
  const found: TaskSummary[] = [];
  for (const status of statuses) {
    for await (const task of client.listAll({ ...toFilter(options, Date.now()), status })) found.push(task);
  }
  return found;
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
