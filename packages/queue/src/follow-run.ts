import { HostRunnerError, type TaskStatus, type TaskSummary } from "@host-runner/contracts";
import type { Redis } from "ioredis";
import type { Hints } from "./hints.ts";
import { inGroups } from "./in-groups.ts";
import type { Keys } from "./keys.ts";
import { listTasks, readSummaries } from "./list-tasks.ts";
import { reachingRedis } from "./queue-error.ts";
import { createToldTasks } from "./told-tasks.ts";

/** What a follower of a run sees: each of its tasks whenever that has changed, and the end as the last. */
export type RunEvent =
  | { kind: "status"; task: TaskSummary }
  | { kind: "end"; counts: Record<TaskStatus, number> };

const PAGE = 200;

/** All tasks of a run, without their output, at most 200 at a time. Throws `not_found` where there is none. */
export async function* pagesOfRun(redis: Redis, keys: Keys, runId: string): AsyncGenerator<TaskSummary[]> {
  let isEmpty = true;
  for (let cursor: string | undefined; ; ) {
    const query = { runId, limit: PAGE, cursor };
    const page = await reachingRedis(`list run ${runId}`, () => listTasks(redis, keys, query));
    if (page.tasks.length > 0) {
      isEmpty = false;
      yield page.tasks;
    }
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  if (isEmpty) throw new HostRunnerError("not_found", `run ${runId} not found`);
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
  const told = createToldTasks();
  try {
    for await (const hint of watch.hints(Number.POSITIVE_INFINITY, signal)) {
      if (hint === "anything") told.beginLook();
      for await (const page of hint === "anything" ? pagesOfRun(redis, keys, runId) : named(hint)) {
        for (const task of page) {
          if (signal.aborted) return;
          if (told.note(task)) yield { kind: "status", task };
        }
      }
      if (hint === "anything") told.endLook();
      if (told.haveEnded()) {
        yield { kind: "end", counts: told.counts() };
        return;
      }
    }
  } finally {
    watch.close();
  }

  async function* named(messages: { message: string }[]): AsyncGenerator<TaskSummary[]> {
    for (const group of inGroups(messages, PAGE)) {
      const jobIds = group.map(({ message }) => message);
      const tasks = await reachingRedis(`follow run ${runId}`, () => readSummaries(redis, keys, jobIds));
      yield tasks.filter((task) => task !== null);
    }
  }
}
