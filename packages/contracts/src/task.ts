import { z } from "zod";
import { executionModes, executorNames, failureReasons, taskStatuses } from "./words.ts";

/** An instant: ISO 8601 in UTC with milliseconds, such as 2026-01-31T08:15:00.000Z. */
const instant = z.iso.datetime({ precision: 3 });

export const workspaceSchema = z.object({
  project_id: z.union([z.string(), z.number()]).optional(),
  project_root: z.string(),
  lock_paths: z.array(z.string()).optional(),
  worktree_path: z.string().optional(),
  git_branch: z.string().optional(),
});
export type Workspace = z.infer<typeof workspaceSchema>;

/** The worker that has, or last had, an attempt of the task. */
export const workerIdentitySchema = z.object({ id: z.string(), host: z.string(), pid: z.int() });
export type WorkerIdentity = z.infer<typeof workerIdentitySchema>;

/** A task as callers see it: one execution of it, the newest unless another was asked for. */
export const taskSchema = z.object({
  task_id: z.string(),
  run_id: z.string(),
  status: z.enum(taskStatuses),
  /** One line for people. */
  message: z.string(),
  reason: z.enum(failureReasons).nullable(),
  /** As submitted, else the default of the worker that started it; null before that. */
  executor: z.enum(executorNames).nullable(),
  /** Which submission of the task this is, from 1. */
  execution: z.int().min(1),
  /** Which start of the execution this is, from 1; 0 while none has started. */
  attempt: z.int().min(0),
  max_attempts: z.int().min(1),
  created_at: instant,
  updated_at: instant,
  /** Of the last attempt. */
  started_at: instant.nullable(),
  finished_at: instant.nullable(),
  cancel_requested_at: instant.nullable(),
  /** Null where the command has not ended, was never started, or was ended by a signal. */
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  /** The end of what the command wrote, HOST_RUNNER_TAIL_BYTES at most; null until it has ended. */
  stdout: z.string().nullable(),
  stderr: z.string().nullable(),
  /** All that the command wrote, in bytes. */
  stdout_bytes: z.int().nullable(),
  stderr_bytes: z.int().nullable(),
  /** Whether `stdout` / `stderr` lost its beginning. */
  stdout_truncated: z.boolean().nullable(),
  stderr_truncated: z.boolean().nullable(),
  priority: z.int().nullable(),
  /** While it waits for a later instant: when it may be started next. */
  delay_until: instant.nullable(),
  timeout_seconds: z.int().nullable(),
  pool: z.string().nullable(),
  labels: z.record(z.string(), z.string()).nullable(),
  metadata: z.unknown(),
  worker: workerIdentitySchema.nullable(),
  execution_mode: z.enum(executionModes),
  workspace: workspaceSchema.nullable(),
});
export type Task = z.infer<typeof taskSchema>;

/** One start of an execution. */
export const attemptSchema = z.object({
  attempt: z.int().min(1),
  worker: workerIdentitySchema,
  started_at: instant.nullable(),
  /** Null while it runs. */
  finished_at: instant.nullable(),
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  reason: z.enum(failureReasons).nullable(),
  message: z.string(),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** An execution as GET /tasks/{id}/executions tells of it: the task, and each of its starts, oldest first. */
export const executionSchema = taskSchema.extend({ attempts: z.array(attemptSchema) });
export type Execution = z.infer<typeof executionSchema>;

/** A worker that lives, as GET /workers tells of it. */
export const workerSchema = workerIdentitySchema.extend({
  executors: z.array(z.enum(executorNames)),
  /** How many tasks it runs at a time. */
  slots: z.int(),
  /** The ids of those that it runs now, or did a few seconds ago. */
  tasks: z.array(z.string()),
  pools: z.array(z.string()),
  since: instant,
});
export type Worker = z.infer<typeof workerSchema>;
