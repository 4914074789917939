import { isEnded, type Run, summarize, type TaskSummary } from "@host-runner/contracts";
import { countByStatus, type RunEvent, type TaskQueue } from "@host-runner/queue";
import { Router } from "express";
import { onlyMethods } from "../problems.ts";
import { type SentEvent, sendEvents } from "../send-events.ts";
import { sendJson } from "../send-json.ts";

/** How long the cancel of a run waits for its tasks' processes to be gone. */
const CANCEL_WAIT_MS = 3_000;

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
      sendJson(response, describeRun(request.params.runId, await tasksOf(request.params.runId)));
    })
    .all(onlyMethods("GET"));

  router
    .route("/:runId/cancel")
    .post(async (request, response) => {
      const { runId } = request.params;
      const deadlineMs = performance.now() + CANCEL_WAIT_MS;
      const tasks = await tasksOf(runId);
      for (let i = 0; i < tasks.length; i += CANCELS_AT_A_TIME) {
        await Promise.all(
          tasks.slice(i, i + CANCELS_AT_A_TIME).map(async (task, k) => {
            if (!isEnded(task.status)) tasks[i + k] = await cancel(task, deadlineMs);
          }),
        );
      }
      sendJson(response, describeRun(runId, tasks));
    })
    .all(onlyMethods("POST"));

  router
    .route("/:runId/events")
    .get(async (request, response) => {
      const { runId } = request.params;
      const tasks = await tasksOf(runId);
      const hasEnded = tasks.every(({ status }) => isEnded(status));
      if (hasEnded && request.get("Last-Event-ID") === END_ID) {
        // What tells an EventSource to stop asking.
        response.status(204).end();
        return;
      }
      await sendEvents(request, response, stopping, (signal) => sent(queue.followRun(runId, signal)));
    })
    .all(onlyMethods("GET"));

  return router;

  async function tasksOf(runId: string): Promise<TaskSummary[]> {
    const tasks: TaskSummary[] = [];
    for await (const task of queue.run(runId)) tasks.push(task);
    return tasks;
  }

  async function cancel(task: TaskSummary, deadlineMs: number): Promise<TaskSummary> {
    const asked = await queue.cancel(task.task_id);
    if (!asked) return task;
    return summarize(await queue.untilEnded(asked, deadlineMs - performance.now(), stopping));
  }
}

const END_ID = "end";

/** A status tells all of its task, so who comes back is told each one again, and has missed none. */
async function* sent(events: AsyncIterable<RunEvent>): AsyncGenerator<SentEvent> {
  for await (const event of events) {
    if (event.kind === "end") yield { id: END_ID, name: "end", data: { counts: event.counts } };
    else yield { id: null, name: "status", data: event.task };
  }
}

function describeRun(run_id: string, tasks: TaskSummary[]): Run {
  return { run_id, counts: countByStatus(tasks.map(({ status }) => status)), tasks };
}
