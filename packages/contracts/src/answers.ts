/**
 * What the API's calls answer beyond a single task.
 */
import { z } from "zod";
import { problemSchema } from "./errors.ts";
import { executionSchema, taskSchema, workerSchema } from "./task.ts";
import { taskStatuses } from "./words.ts";

/** A task in a list or an event: without what it wrote. */
export const taskSummarySchema = taskSchema.omit({ stdout: true, stderr: true });
export type TaskSummary = z.infer<typeof taskSummarySchema>;

/** GET /tasks, newest first. */
export const taskPageSchema = z.object({
  tasks: z.array(taskSummarySchema),
  /** `cursor` of the next page; null after the last one. A page may be short, or empty, and have a next one. */
  next_cursor: z.string().nullable(),
});
export type TaskPage = z.infer<typeof taskPageSchema>;

/** POST /tasks/batch: a task or a problem for each submission, in order. */
export const batchAnswerSchema = z.object({ tasks: z.array(z.union([taskSchema, problemSchema])) });
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;

/** GET /tasks/{id}/executions: all that are kept, newest first. */
export const executionsAnswerSchema = z.object({ executions: z.array(executionSchema) });
export type ExecutionsAnswer = z.infer<typeof executionsAnswerSchema>;

/** GET /runs/{run_id}: how many of its tasks stand where, and the tasks. */
export const runSchema = z.object({
  run_id: z.string(),
  counts: z.record(z.enum(taskStatuses), z.int()),
  tasks: z.array(taskSummarySchema),
});
export type Run = z.infer<typeof runSchema>;

/** GET /workers: those that live. */
export const workersAnswerSchema = z.object({ workers: z.array(workerSchema) });
export type WorkersAnswer = z.infer<typeof workersAnswerSchema>;
