import { isEnded, type Run, summarize, type TaskSummary } from "@host-runner/contracts";
import { countByStatus, inGroups, type RunEvent, type TaskQueue } from "@host-runner/queue";
import { type Request, type Response, Router } from "express";
import { onlyMethods } from "../problems.ts";
import { type SentEvent, sendEvents } from "../send-events.ts";
import { sendList } from "../send-list.ts";
import { untilGone } from "../until-gone.ts";

/** How long the cancel of a run waits for its tasks' processes to be gone. */
const CANCEL_WAIT_MS = 3_000;

/** Tasks that are canceled, or waited for, at the same time: the record of each may hold a prompt of 1 MiB. */
const TASKS_AT_A_TIME = 20;

interface RunRoutesOptions {
  queue: TaskQueue;
  stopping: AbortSignal;
}

/** Everything under /runs: the tasks that share a run_id. A run may have any number of them: a page of it is in memory. */
export function runRoutes({ queue, stopping }: RunRoutesOptions): Router {
  const router = Router();

  router
    .route("/:runId")
    .get(async (request, response) => {
      const { runId } = request.params;
      await sendRun(request, response, runId, queue.run(runId));
    })
    .all(onlyMethods("GET"));

  router
    .route("/:runId/cancel")
    .post(async (request, response) => {
      const { runId } = request.params;
      for await (const page of queue.run(runId)) {
        const open = page.filter(({ status }) => !isEnded(status));
        for (const group of inGroups(open, TASKS_AT_A_TIME))
          await Promise.all(group.map(({ task_id }) => queue.cancel(task_id)));
      }
      const deadlineMs = performance.now() + CANCEL_WAIT_MS;
      const gone = untilGone(response, stopping);
      await sendRun(request, response, runId, onceCanceled(queue.run(runId), deadlineMs, gone));
    })
    .all(onlyMethods("POST"));

  router
    .route("/:runId/events")
    .get(async (request, response) => {
      const { runId } = request.params;
      // Throws where there is no such run.
      const hasEnded = await hasRunEnded(runId, { look: request.get("Last-Event-ID") === END_ID });
      if (hasEnded) {
        // What tells an EventSource to stop asking.
        response.status(204).end();
        return;
      }
      await sendEvents(request, response, stopping, (signal) => sent(queue.followRun(runId, signal)));
    })
    .all(onlyMethods("GET"));

  return router;

  /** Throws `not_found` for an unknown run. Where it is not to look, it reads one page, and the answer is no. */
  async function hasRunEnded(runId: string, { look }: { look: boolean }): Promise<boolean> {
    for await (const page of queue.run(runId)) {
      if (!look || page.some(({ status }) => !isEnded(status))) return false;
    }
    return true;
  }

  /** The pages, each as soon as those of its tasks have ended that are to be canceled, or the time is up. */
  async function* onceCanceled(
    pages: AsyncIterable<TaskSummary[]>,
    deadlineMs: number,
    gone: AbortSignal,
  ): AsyncGenerator<TaskSummary[]> {
    for await (const page of pages)
      for (const group of inGroups(page, TASKS_AT_A_TIME))
        yield await Promise.all(
          group.map(async (task) => {
            if (task.cancel_requested_at === null) return task;
            return summarize(await queue.untilEnded(task, deadlineMs - performance.now(), gone));
          }),
        );
  }
}

/** Sends `{run_id, tasks, counts}`: the counts are those of the tasks that were sent. */
function sendRun(
  request: Request,
  response: Response,
  run_id: string,
  pages: AsyncIterable<TaskSummary[]>,
): Promise<void> {
  const counts = countByStatus([]);
  const counted = async function* () {
    for await (const page of pages) {
      for (const { status } of page) counts[status] += 1;
      yield page;
    }
  };
  return sendList(request, response, {
    head: { run_id },
    name: "tasks" satisfies keyof Run,
    pages: counted(),
    tail: () => ({ counts }),
  });
}

const END_ID = "end";

/** A status tells all of its task, so who comes back is told each one again, and has missed none. */
async function* sent(events: AsyncIterable<RunEvent>): AsyncGenerator<SentEvent> {
  for await (const event of events) {
    if (event.kind === "end") yield { id: END_ID, name: "end", data: { counts: event.counts } };
    else yield { id: null, name: "status", data: event.task };
  }
}
