import {
  HostRunnerError,
  isEnded,
  type TaskStatus,
  type TaskSummary,
  taskStatuses,
} from "@host-runner/contracts";
import type { Redis } from "ioredis";
import { fingerprint } from "./follow-task.ts";
import type { Hints } from "./hints.ts";
import type { Keys } from "./keys.ts";
import { listTasks, readSummaries } from "./list-tasks.ts";
import { reachingRedis } from "./queue-error.ts";

/** What a follower of a run sees: each of its tasks whenever that has changed, and the end as the last. */
export type RunEvent =
  | { kind: "status"; task: TaskSummary }
  | { kind: "end"; counts: Record<TaskStatus, number> };

const PAGE = 200;

/** All tasks of a run, without their output. Throws `not_found` where there is none. */
export async function* tasksOfRun(redis: Redis, keys: Keys, runId: string): AsyncGenerator<TaskSummary> {
  let count = 0;
  for (let cursor: string | undefined; ; ) {
    const query = { runId, limit: PAGE, cursor };
    const page = await reachingRedis(`list run ${runId}`, () => listTasks(redis, keys, query));
    yield* page.tasks;
    count += page.tasks.length;
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  if (count === 0) throw new HostRunnerError("not_found", `run ${runId} not found`);
}

/**
 * Follows the tasks of a run: the status of each now, at each change, and of those that come later; its end is when all
 * that are known have ended. It looks again only when the last event has been taken.
 */
export async function* followRun(
  { redis, keys, hints }: { redis: Redis; keys: Keys; hints: Hints },
  runId: string,
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  const watch = hints.watch([keys.runChannel(runId)]);
  const shown = new Map<string, { status: TaskStatus; fingerprint: string }>();
  let open = 0;
  try {
    for await (const hint of watch.hints(Number.POSITIVE_INFINITY, signal)) {
      const tasks = hint === "anything" ? tasksOfRun(redis, keys, runId) : named(hint);
      for await (const task of tasks) {
        const now = `${task.execution} ${fingerprint(task)}`;
        if (signal.aborted) return;
        const before = shown.get(task.task_id);
        if (before?.fingerprint === now) continue;
        if (before && !isEnded(before.status)) open -= 1;
        if (!isEnded(task.status)) open += 1;
        shown.set(task.task_id, { status: task.status, fingerprint: now });
        yield { kind: "status", task };
      }
      if (shown.size > 0 && open === 0) {
        yield { kind: "end", counts: countByStatus([...shown.values()].map(({ status }) => status)) };
        return;
      }
    }
  } finally {
    watch.close();
  }

  async function* named(messages: { message: string }[]): AsyncGenerator<TaskSummary> {
    for (let i = 0; i < messages.length; i += PAGE) {
      const jobIds = messages.slice(i, i + PAGE).map(({ message }) => message);
      const tasks = await reachingRedis(`follow run ${runId}`, () => readSummaries(redis, keys, jobIds));
      yield* tasks.filter((task) => task !== null);
    }
  }
}

/** How many there are of each status, those without any as 0. */
export function countByStatus(statuses: Iterable<TaskStatus>): Record<TaskStatus, number> {
  const counts = Object.fromEntries(taskStatuses.map((status) => [status, 0])) as Record<TaskStatus, number>;
  for (const status of statuses) counts[status] += 1;
  return counts;
}
