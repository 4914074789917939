import type { Client, TaskSummary, Worker } from "@host-runner/client";
import type { Context } from "../context.ts";
import type { Verb } from "../program.ts";
import { listNewest } from "../tasks/list-newest.ts";
import { layOutTasks } from "../tasks/task-table.ts";
import { type FilterOptions, toFilter } from "../tasks/to-filter.ts";

export interface ListOptions extends FilterOptions {
  limit: number;
  watch?: boolean;
}

export const ls: Verb<ListOptions> = async (context, _, options) => {
  if (options.watch) return (await import("./watch.ts")).watch(context, options);
  const client = await context.connect();
  const { tasks, workers } = await readTasks(client, options);
  if (context.json || !context.out.isTerminal) await printTasks(context, tasks);
  else if (tasks.length === 0) context.note("no task");
  else await context.out.write(`${(await layOutTasks(tasks, workers, context.out)).join("\n")}\n`);
  return 0;
};

/** Tasks, and the workers where some task waits for one. */
export async function readTasks(
  client: Client,
  options: ListOptions,
): Promise<{ tasks: TaskSummary[]; workers: Worker[] | null }> {
  const tasks = await listNewest(client, toFilter(options, Date.now()), options.limit);
  const someWait = tasks.some(({ status }) => status === "queued");
  // They explain; without them the list is still true.
  return { tasks, workers: someWait ? await client.workers().catch(() => null) : null };
}

/** Tasks for programs: task id, status, run id, the time of submission, exit code, reason. */
export async function printTasks(context: Context, tasks: readonly TaskSummary[]): Promise<void> {
  for (const task of tasks) {
    if (context.readerGone.aborted) return;
    if (context.json) await context.printJson(task);
    else {
      const { task_id, status, run_id, created_at, exit_code, reason } = task;
      await context.printFields(task_id, status, run_id, created_at, exit_code, reason);
    }
  }
}
