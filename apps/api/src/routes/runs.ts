import {
  HostRunnerError,
  isEnded,
  type Run,
  type TaskStatus,
  type TaskSummary,
  taskStatuses,
} from "@host-runner/contracts";
import type { TaskQueue } from "@host-runner/queue";
import { Router } from "express";
import { onlyMethods } from "../problems.ts";

/** How long the cancel of a run waits for its tasks' processes to be gone. */
const CANCEL_WAIT_MS = 3_000;

const PAGE = 200;

/** As many tasks are canceled at a time: each of them is a wait of its own. */
const CANCELS_AT_A_TIME = 100;

interface RunRoutesOptions {
  queue: TaskQueue;
  stopping: AbortSignal;
}

/** Everything under /runs: the tasks that share a run_id. */
export function runRoutes({ queue, stopping }: RunRoutesOptions): Router {
  const router = Router();

  router
    .route("/:runId")
    .get(async (request, response) => {
      response.json(describeRun(request.params.runId, await tasksOf(request.params.runId)));
    })
    .all(onlyMethods("GET"));

  router
    .route("/:runId/cancel")
    .post(async (request, response) => {
      const { runId } = request.params;
      const deadline = Date.now() + CANCEL_WAIT_MS;
      const tasks = await tasksOf(runId);
      for (let i = 0; i < tasks.length; i += CANCELS_AT_A_TIME) {
        await Promise.all(
          tasks.slice(i, i + CANCELS_AT_A_TIME).map(async (task, k) => {
            if (!isEnded(task.status)) tasks[i + k] = await cancel(task, deadline);
          }),
        );
      }
      response.json(describeRun(runId, tasks));
    })
    .all(onlyMethods("POST"));

  return router;

  async function tasksOf(runId: string): Promise<TaskSummary[]> {
    const tasks: TaskSummary[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await queue.list({ runId, limit: PAGE, cursor });
      tasks.push(...page.tasks);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    if (tasks.length === 0) throw new HostRunnerError("not_found", `run ${runId} not found`);
    return tasks;
  }

  async function cancel(task: TaskSummary, deadline: number): Promise<TaskSummary> {
    const asked = await queue.cancel(task.task_id);
    if (!asked) return task;
    const {
      stdout: _,
      stderr: __,
      ...summary
    } = await queue.untilEnded(asked, deadline - Date.now(), stopping);
    return summary;
  }
}

function describeRun(run_id: string, tasks: TaskSummary[]): Run {
  const counts = Object.fromEntries(taskStatuses.map((status) => [status, 0])) as Record<TaskStatus, number>;
  for (const { status } of tasks) counts[status] += 1;
  return { run_id, counts, tasks };
}
