import { createHash } from "node:crypto";
import {
  canonicalJson,
  defaultRunId,
  HostRunnerError,
  parseSubmission,
  type Submission,
  type Task,
} from "@host-runner/contracts";
import type { Idempotency, TaskQueue } from "@host-runner/queue";
import { type Request, type Response, Router } from "express";
import { v7 as uuidv7 } from "uuid";
import { callerOf } from "../authenticate.ts";
import { onlyMethods } from "../problems.ts";
import { readJsonBody } from "../read-json-body.ts";

/** How long a cancel waits for the task's processes to be gone. */
const CANCEL_WAIT_MS = 3_000;

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
  const readBody = readJsonBody(maxPromptBytes);

  router
    .route("/")
    .post(readBody, async (request: Request, response: Response) => {
      const { task, created } = await submit(request, response);
      if (created) response.status(202);
      respond(response, await untilPreferred(request, response, task));
    })
    .all(onlyMethods("POST"));

  // The address that existing control planes know; they take 200 alone for an answer. A task may have this
  // name as well, so reading goes on to it.
  router.route("/submit").post(readBody, async (request: Request, response: Response) => {
    const { task } = await submit(request, response);
    respond(response, task);
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
      const executions = await queue.executions(taskId);
      existing(executions[0] ?? null, taskId);
      response.json({ executions });
    })
    .all(onlyMethods("GET"));

  router
    .route("/:taskId/cancel")
    .post(async (request, response) => {
      const { taskId } = request.params;
      const task = existing(await queue.cancel(taskId), taskId);
      response.json(await untilPreferred(request, response, task, CANCEL_WAIT_MS));
    })
    .all(onlyMethods("POST"));

  router
    .route("/:taskId/rerun")
    .post(async (request, response) => {
      const { taskId } = request.params;
      respond(response.status(202), existing(await queue.rerun(taskId), taskId));
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
    const preferred = parseWait(request.get("Prefer"));
    if (preferred !== null) response.set("Preference-Applied", `wait=${preferred}`);
    const waitMs = preferred === null ? defaultMs : preferred * 1000;
    if (waitMs === 0) return task;
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    return queue.untilEnded(task, waitMs, AbortSignal.any([stopping, gone.signal]));
  }

  async function submit(request: Request, response: Response) {
    const submission = parseSubmission(request.body, { maxPromptBytes });
    const idempotency = parseIdempotency(request, response, submission);
    const task_id = submission.task_id ?? uuidv7();
    const run_id = submission.run_id ?? defaultRunId(task_id);
    return queue.submit({ ...submission, task_id, run_id }, idempotency);
  }
}

/** The task, and where to find it. */
function respond(response: Response, task: Task): void {
  response.location(`/tasks/${encodeURIComponent(task.task_id)}`).json(task);
}

function existing(task: Task | null, taskId: string, execution?: number): Task {
  if (task) return task;
  const what = execution === undefined ? `task ${taskId}` : `execution ${execution} of task ${taskId}`;
  throw new HostRunnerError("not_found", `${what} not found`);
}

/** `Prefer: wait=30`, in seconds; null where there is no such preference, and anything else is no error. */
function parseWait(prefer: string | undefined): number | null {
  const [, seconds] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(prefer ?? "") ?? [];
  return seconds === undefined ? null : Math.min(Number(seconds), MAX_WAIT_SECONDS);
}

function parseExecution(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "string" && /^[1-9]\d{0,14}$/.test(given)) return Number(given);
  throw invalid("execution", "must be a number from 1");
}

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header */
function parseIdempotency(
  request: Request,
  response: Response,
  submission: Submission,
): Idempotency | undefined {
  const key = request.get("Idempotency-Key");
  if (key === undefined) return undefined;
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw invalid("Idempotency-Key", "must have 1 to 255 printable ASCII characters");
  }
  const body = createHash("sha256").update(canonicalJson(submission)).digest("base64url");
  return { caller: callerOf(response), key, body };
}

function invalid(path: string, message: string): HostRunnerError {
  return new HostRunnerError("invalid", `${path}: ${message}`, { errors: [{ path, message }] });
}
