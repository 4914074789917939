import {
  batchAnswerSchema,
  executionsAnswerSchema,
  submissionSchema,
  taskPageSchema,
  taskSchema,
} from "@host-runner/contracts";
import * as z from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { taskQuerySchema } from "../../routes/task-query.ts";
import { MAX_BATCH } from "../../routes/tasks.ts";
import { get, json, post } from "../operation.ts";
import {
  executionQuery,
  idempotencyHeader,
  locationHeader,
  preferenceAppliedHeader,
  preferHeader,
  taskPath,
} from "../parameters.ts";

const taskHeaders = locationHeader.extend(preferenceAppliedHeader.shape);

const batchSchema = z
  .object({ tasks: z.array(submissionSchema).min(1).max(MAX_BATCH) })
  .meta({ id: "Batch", description: "32 MiB in all at most." });

export const taskPaths: ZodOpenApiPathsObject = {
  "/tasks": {
    ...post({
      id: "submitTask",
      tag: "Tasks",
      summary: "Submit a task",
      description:
        "The same `task_id` again: not ended and the same content, the task as it is (200); not ended and other content, 409; ended, its next execution (202).",
      headers: idempotencyHeader.extend(preferHeader.shape),
      body: submissionSchema,
      answers: {
        "202": json("The task, which was made.", taskSchema, taskHeaders),
        "200": json("The task, which was there already.", taskSchema, taskHeaders),
      },
      refusals: ["conflict", "queue_full"],
    }),
    ...get({
      id: "listTasks",
      tag: "Tasks",
      summary: "List tasks, newest first",
      description:
        "All filters together. Pages are complete and without doubles while tasks come and go; a page may be short, or empty, and have a next one.",
      query: taskQuerySchema.omit({ pool: true }),
      answers: { "200": json("A page of tasks, without what they wrote.", taskPageSchema) },
      refusals: ["invalid"],
    }),
  },
  "/tasks/submit": post({
    id: "submitTaskAlways200",
    tag: "Tasks",
    summary: "Submit a task, answered with 200 alone",
    description: "As `POST /tasks`, for callers that take 200 alone for an answer.",
    headers: idempotencyHeader,
    body: submissionSchema,
    answers: { "200": json("The task.", taskSchema, locationHeader) },
    refusals: ["conflict", "queue_full"],
  }),
  "/tasks/batch": post({
    id: "submitBatch",
    tag: "Tasks",
    summary: `Submit up to ${MAX_BATCH} tasks in one call`,
    description:
      "Each is submitted for itself: one that is refused has its problem in its place, and the others are tasks.",
    body: batchSchema,
    answers: { "200": json("A task or a problem for each, in order.", batchAnswerSchema) },
  }),
  "/tasks/{task_id}": get({
    id: "getTask",
    tag: "Tasks",
    summary: "Read a task",
    path: taskPath,
    query: executionQuery,
    headers: preferHeader,
    answers: { "200": json("The task.", taskSchema, taskHeaders) },
    refusals: ["not_found", "invalid"],
  }),
  "/tasks/{task_id}/executions": get({
    id: "listExecutions",
    tag: "Tasks",
    summary: "List a task's executions and their attempts",
    path: taskPath,
    answers: { "200": json("All that are kept, newest first.", executionsAnswerSchema) },
    refusals: ["not_found"],
  }),
  "/tasks/{task_id}/cancel": post({
    id: "cancelTask",
    tag: "Tasks",
    summary: "Cancel a task",
    description:
      "Answers with `canceled` once nothing of the task runs, for which it waits up to 3 s, or as long as `Prefer` says; else with the task as it is and `cancel_requested_at`. A task that has ended stays as it is.",
    path: taskPath,
    headers: preferHeader,
    answers: { "200": json("The task.", taskSchema, preferenceAppliedHeader) },
    refusals: ["not_found"],
  }),
  "/tasks/{task_id}/rerun": post({
    id: "rerunTask",
    tag: "Tasks",
    summary: "Run a task that has ended once more",
    description: "The same submission as a new execution.",
    path: taskPath,
    answers: { "202": json("The new execution.", taskSchema, locationHeader) },
    refusals: ["not_found", "conflict", "queue_full"],
  }),
};
