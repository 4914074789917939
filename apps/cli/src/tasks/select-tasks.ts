import type { Client, TaskFilter } from "@host-runner/client";
import type { Context } from "../context.ts";
import { chooseTasks } from "./choose-tasks.ts";
import { type FilterOptions, toFilter } from "./to-filter.ts";

export interface SelectionOptions extends FilterOptions {
  yes?: boolean;
}

interface Selection {
  ids: string[];
  options: SelectionOptions;
  /** "Cancel", "Rerun": the beginning of the question. */
  question: string;
  /** In which states they are looked for, where none is named. */
  statuses: readonly NonNullable<TaskFilter["status"]>[];
}

/** The ids that are named, or those of all tasks that a run or a filter means, once confirmed; null where they are not. */
export function selectTasks(
  context: Context,
  client: Client,
  { ids, options, question, statuses }: Selection,
): Promise<string[] | null> {
  const { status, run, label, since, yes = false } = options;
  return chooseTasks(context, {
    ids,
    hasFilter: [status, run, label, since].some((given) => given !== undefined),
    filters: "--run, --status, --label or --since",
    question,
    none: "no such task",
    yes,
    async find() {
      const found: string[] = [];
      for (const wanted of status ? [status] : statuses) {
        const filter = { ...toFilter(options, Date.now()), status: wanted };
        for await (const { task_id } of client.listAll(filter)) found.push(task_id);
      }
      return found;
    },
  });
}
