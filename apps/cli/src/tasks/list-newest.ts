import type { Client, TaskFilter, TaskSummary } from "@host-runner/client";

/** The newest tasks that match, at most `limit`. */
export async function listNewest(client: Client, filter: TaskFilter, limit: number): Promise<TaskSummary[]> {
  const tasks: TaskSummary[] = [];
  const LARGEST_PAGE = 200;
  for (let cursor: string | undefined; tasks.length < limit; ) {
    const page = await client.list({
      ...filter,
      limit: Math.min(limit - tasks.length, LARGEST_PAGE),
      cursor,
    });
    tasks.push(...page.tasks);
    if (page.next_cursor === null) break;
    cursor = page.next_cursor;
  }
  return tasks;
}
