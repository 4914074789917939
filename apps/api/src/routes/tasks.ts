import { createHash } from "node:crypto";
import {
  canonicalJson,
  defaultRunId,
  type Execution,
  HostRunnerError,
  invalidRequest,
  isKeptOfSubmission,
  type JsonFlaw,
  parseSubmission,
  type Submission,
  type Task,
} from "@host-runner/contracts";
import { type Idempotency, startOfOutput, type TaskQueue } from "@host-runner/queue";
import { type Request, type Response, Router } from "express";
import { callerOf } from "../authenticate.ts";
import { newTaskId } from "../new-task-id.ts";
import { onlyMethods, toProblem } from "../problems.ts";
import { flawsOf, readJsonBody } from "../read-json-body.ts";
import { sendEvents } from "../send-events.ts";
import { sendJson } from "../send-json.ts";
import { sendList } from "../send-list.ts";
import { untilGone } from "../until-gone.ts";
import { eventsOf, parseEventId } from "./events.ts";
import { parseOutputQuery, sendOutput } from "./output.ts";
import { parseTaskQuery } from "./task-query.ts";

/** How long a cancel waits for the task's processes to be gone. */
const CANCEL_WAIT_MS = 3_000;

/** A byte of a prompt takes at most six in JSON (\u0007); the rest is for the other fields. */
const MAX_ESCAPED_BYTES = 6;
const OTHER_FIELDS_BYTES = 256 * 1024;

/** Submissions in one call, and the bytes of all: they are in memory at the same time, several times over. */
export const MAX_BATCH = 1_000;
const MAX_BATCH_BYTES = 32 * 1024 * 1024;

/** Longer than proxies keep a silent connection; who wants to wait longer asks again. */
const MAX_WAIT_SECONDS = 300;

interface TaskRoutesOptions {
  queue: TaskQueue;
  maxPromptBytes: number;
  /** Aborted when the process stops: whoever waits is answered then. */
  stopping: AbortSignal;
}

/** Everything under /tasks. */
export function taskRoutes({ queue, maxPromptBytes, stopping }: TaskRoutesOptions): Router {
  const router = Router();
  const maxSubmissionBytes = maxPromptBytes * MAX_ESCAPED_BYTES + OTHER_FIELDS_BYTES;
  const readSubmission = readJsonBody({ maxBytes: maxSubmissionBytes, isKept: isKeptOfSubmission });
  const readBatch = readJsonBody({
    maxBytes: Math.max(maxSubmissionBytes, MAX_BATCH_BYTES),
    isKept: ([list, , ...path]) => list === "tasks" && (path.length === 0 || isKeptOfSubmission(path)),
  });

  router
    .route("/")
    .post(readSubmission, async (request: Request, response: Response) => {
      const { task, created } = await submit(request, response);
      if (created) response.status(202);
      respond(response, await untilPreferred(request, response, task));
    })
    .get(async (request, response) => {
      const { tasks, nextCursor } = await queue.list(parseTaskQuery(request.query));
      sendJson(response, { tasks, next_cursor: nextCursor });
    })
    .all(onlyMethods("GET", "POST"));

  // The address that existing control planes know; they take 200 alone for an answer. A task may have this
  // name as well, so reading goes on to it.
  router.route("/submit").post(readSubmission, async (request: Request, response: Response) => {
    const { task } = await submit(request, response);
    respond(response, task);
  });

  router.route("/batch").post(readBatch, async (request: Request, response: Response) => {
    const flaws = flawsOf(request);
    const submissions = parseBatch(request.body, flaws);
    // Sent together, answered together: what Redis does for it is one round trip.
    const answers = await Promise.allSettled(
      submissions.map((input, i) => submitOne(input, response, flawsOfEntry(flaws, i))),
    );
    const outage = answers.find((answer) => answer.status === "rejected" && isUnavailable(answer.reason));
    if (outage?.status === "rejected" && answers.every(({ status }) => status === "rejected"))
      throw outage.reason;
    const tasks = answers.map((answer) =>
      answer.status === "fulfilled" ? answer.value.task : toProblem(answer.reason, request.originalUrl),
    );
    sendJson(response, { tasks });
  });

  router
    .route("/:taskId")
    .get(async (request, response) => {
      const execution = parseExecution(request.query.execution);
      const { taskId } = request.params;
      const task = existing(await queue.find(taskId, execution), taskId, execution);
      respond(response, await untilPreferred(request, response, task));
    })
    .all(onlyMethods("GET"));

  router
    .route("/:taskId/executions")
    .get(async (request, response) => {
      const { taskId } = request.params;
      const pages = existingPages(queue.executions(taskId), taskId);
      await sendList(request, response, { head: {}, name: "executions", pages });
    })
    .all(onlyMethods("GET"));

  router
    .route("/:taskId/events")
    .get(async (request, response) => {
      const { taskId } = request.params;
      const lastId = request.get("Last-Event-ID");
      const last = lastId ? parseEventId(lastId) : null;
      const execution = last?.execution ?? parseExecution(request.query.execution);
      const task = existing(await queue.find(taskId, execution), taskId, execution);
      if (last?.ended) {
        // What tells an EventSource to stop asking.
        response.status(204).end();
        return;
      }
      const from = last ?? { execution: task.execution, output: startOfOutput, ended: false };
      await sendEvents(request, response, stopping, (signal) => eventsOf(queue, task, from, signal));
    })
    .all(onlyMethods("GET"));

  router
    .route("/:taskId/output")
    .get(async (request, response) => {
      const { taskId } = request.params;
      const query = parseOutputQuery(request.query);
      const execution = parseExecution(request.query.execution);
      const task = existing(await queue.find(taskId, execution), taskId, execution);
      await sendOutput(request, response, query, { queue, task });
    })
    .all(onlyMethods("GET"));

  router
    .route("/:taskId/cancel")
    .post(async (request, response) => {
      const { taskId } = request.params;
      const task = existing(await queue.cancel(taskId), taskId);
      sendJson(response, await untilPreferred(request, response, task, CANCEL_WAIT_MS));
    })
    .all(onlyMethods("POST"));

  router
    .route("/:taskId/rerun")
    .post(async (request, response) => {
      const { taskId } = request.params;
      respond(response.status(202), existing(await queue.rerun(taskId), taskId));
    })
    .all(onlyMethods("POST"));

  router
    .route("/:taskId/callbacks/redeliver")
    .post(async (request, response) => {
      const { taskId } = request.params;
      respond(response.status(202), existing(await queue.redeliver(taskId), taskId));
    })
    .all(onlyMethods("POST"));

  return router;

  /** Waits for the end as long as the caller prefers (RFC 7240), and no longer than somebody listens. */
  async function untilPreferred(
    request: Request,
    response: Response,
    task: Task,
    defaultMs = 0,
  ): Promise<Task> {
    const preferred = parseWait(request.headers.prefer as string | undefined);
    if (preferred !== null) response.set("Preference-Applied", `wait=${preferred}`);
    const waitMs = preferred === null ? defaultMs : preferred * 1000;
    if (waitMs === 0) return task;
    return queue.untilEnded(task, waitMs, untilGone(response, stopping));
  }

  function submit(request: Request, response: Response) {
    return submitOne(request.body, response, flawsOf(request), request.get("Idempotency-Key"));
  }

  async function submitOne(
    input: unknown,
    response: Response,
    flaws: readonly JsonFlaw[],
    idempotencyKey?: string,
  ) {
    const submission = parseSubmission(input, { maxPromptBytes, flaws });
    const idempotency = parseIdempotency(idempotencyKey, response, submission);
    const task_id = submission.task_id ?? newTaskId();
    const run_id = submission.run_id ?? defaultRunId(task_id);
    return queue.submit({ ...submission, task_id, run_id }, idempotency);
  }
}

/** The task, and where to find it. */
function respond(response: Response, task: Task): void {
  response.setHeader("Location", `/tasks/${encodeURIComponent(task.task_id)}`);
  sendJson(response, task);
}

function existing(task: Task | null, taskId: string, execution?: number): Task {
  if (task) return task;
  const what = execution === undefined ? `task ${taskId}` : `execution ${execution} of task ${taskId}`;
  throw new HostRunnerError("not_found", `${what} not found`);
}

/** The same for a task of which all executions are asked for. */
async function* existingPages(
  pages: AsyncIterable<Execution[]>,
  taskId: string,
): AsyncGenerator<Execution[]> {
  let isEmpty = true;
  for await (const page of pages) {
    isEmpty = false;
    yield page;
  }
  if (isEmpty) existing(null, taskId);
}

function isUnavailable(error: unknown): boolean {
  return error instanceof HostRunnerError && error.code === "queue_unavailable";
}

function parseBatch(body: unknown, flaws: readonly JsonFlaw[]): unknown[] {
  const ofList = flaws.find(({ path }) => path[0] === "tasks" && path.length === 1);
  if (ofList) throw invalid("tasks", ofList.message);
  const { tasks } = typeof body === "object" && body !== null ? (body as { tasks?: unknown }) : {};
  if (!Array.isArray(tasks) || tasks.length === 0 || tasks.length > MAX_BATCH) {
    throw invalid("tasks", `must be a list of 1 to ${MAX_BATCH} submissions`);
  }
  return tasks;
}

/** Those of one submission of a batch, as it would have them by itself. */
function flawsOfEntry(flaws: readonly JsonFlaw[], entry: number): JsonFlaw[] {
  return flaws
    .filter(({ path: [list, place] }) => list === "tasks" && place === entry)
    .map(({ path, message }) => ({ path: path.slice(2), message }));
}

/** `Prefer: wait=30`, in seconds; null where there is no such preference, and anything else is no error. */
function parseWait(prefer: string | undefined): number | null {
  if (prefer === undefined) return null;
  const [, seconds] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(prefer) ?? [];
  return seconds === undefined ? null : Math.min(Number(seconds), MAX_WAIT_SECONDS);
}

function parseExecution(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "string" && /^[1-9]\d{0,14}$/.test(given)) return Number(given);
  throw invalid("execution", "must be a number from 1");
}

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header */
function parseIdempotency(
  key: string | undefined,
  response: Response,
  submission: Submission,
): Idempotency | undefined {
  if (key === undefined) return undefined;
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw invalid("Idempotency-Key", "must have 1 to 255 printable ASCII characters");
  }
  const body = createHash("sha256").update(canonicalJson(submission)).digest("base64url");
  return { caller: callerOf(response), key, body };
}

function invalid(path: string, message: string): HostRunnerError {
  return invalidRequest([{ path, message }]);
}
