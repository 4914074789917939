import * as z from "zod";
import { endedStatuses, executionModes, executorNames, failureReasons, taskStatuses } from "./words.ts";

/** ISO 8601 in UTC with milliseconds. */
const instant = z.iso.datetime({ precision: 3 }).meta({ examples: ["2026-01-31T08:15:00.000Z"] });

export const workspaceSchema = z
  .object({
    project_id: z.union([z.string(), z.number()]).optional(),
    project_root: z
      .string()
      .meta({ description: "The command's working directory.", examples: ["/srv/app"] }),
    lock_paths: z.array(z.string()).optional(),
    worktree_path: z.string().optional(),
    git_branch: z.string().optional(),
  })
  .meta({ id: "Workspace" });
export type Workspace = z.infer<typeof workspaceSchema>;

export const workerIdentitySchema = z
  .object({ id: z.string(), host: z.string(), pid: z.int() })
  .meta({ id: "WorkerIdentity" });
export type WorkerIdentity = z.infer<typeof workerIdentitySchema>;

/** What a control plane is told of: that an attempt has started, and how the execution ended. */
export const callbackStatuses = ["running", ...endedStatuses] as const;
export type CallbackStatus = (typeof callbackStatuses)[number];

/** What became of a callback. */
export const taskCallbackSchema = z
  .object({
    event_id: z.string().meta({ description: "The same each time that it is sent." }),
    seq: z.int().min(1).meta({ description: "Counts the task's callbacks from 1, over all its executions." }),
    status: z.enum(callbackStatuses).meta({ description: "What the receiver is told." }),
    attempt: z.int().min(0),
    state: z
      .enum(["pending", "delivered", "failed"])
      .meta({ description: "`failed`: it is not sent again by itself." }),
    tries: z.int().min(0).meta({ description: "How often it was sent." }),
    created_at: instant.meta({ description: "Since when it is owed." }),
    tried_at: instant.nullable(),
    http_status: z.int().nullable().meta({ description: "The receiver's last answer; null without one." }),
    detail: z.string().nullable().meta({ description: "Why the last try did not succeed, for people." }),
  })
  .meta({ id: "TaskCallback" });
export type TaskCallback = z.infer<typeof taskCallbackSchema>;

const status = z.enum(taskStatuses).meta({
  id: "TaskStatus",
  description:
    "`queued` and `running` go on by themselves; the others are ends, said when nothing of the task runs any more, and never change.",
});

const reason = z.enum(failureReasons).meta({ id: "FailureReason" });

export const taskSchema = z
  .object({
    task_id: z.string().meta({ description: "The caller's name for the task.", examples: ["greeting"] }),
    run_id: z.string().meta({
      description: "The group of tasks that it belongs to; `task-<task_id>` where the caller named none.",
      examples: ["night-build"],
    }),
    status,
    message: z.string().meta({ description: "One line for people.", examples: ["mock execution completed"] }),
    reason: reason
      .nullable()
      .meta({ description: "Why it did not succeed, for programs; null where it did." }),
    executor: z.enum(executorNames).nullable().meta({
      description: "As submitted, else the default of the worker that started it; null before that.",
    }),
    execution: z.int().min(1).meta({ description: "Which submission of the task this is, from 1." }),
    attempt: z.int().min(0).meta({
      description: "Which start of the execution this is, from 1; 0 while none has started.",
    }),
    max_attempts: z.int().min(1).meta({ description: "How often the execution is started at most." }),
    created_at: instant.meta({ description: "When this execution was submitted." }),
    updated_at: instant.meta({ description: "When it changed last." }),
    started_at: instant.nullable().meta({ description: "When its last attempt was started." }),
    finished_at: instant.nullable().meta({ description: "When it ended." }),
    cancel_requested_at: instant.nullable().meta({ description: "When a cancel was asked for." }),
    exit_code: z.int().nullable().meta({
      description:
        "Of the command; null where it has not ended, was never started, or was ended by a signal.",
    }),
    signal: z
      .string()
      .nullable()
      .meta({
        description: "The signal that ended the command.",
        examples: ["SIGKILL"],
      }),
    stdout: z.string().nullable().meta({
      description:
        "The end of what the command wrote, HOST_RUNNER_TAIL_BYTES at most, as valid UTF-8; null until it has ended.",
    }),
    stderr: z.string().nullable().meta({ description: "As `stdout`, of the other stream." }),
    stdout_bytes: z.int().nullable().meta({ description: "All that the command wrote, in bytes." }),
    stderr_bytes: z.int().nullable().meta({ description: "As `stdout_bytes`, of the other stream." }),
    stdout_truncated: z.boolean().nullable().meta({ description: "Whether `stdout` lost its beginning." }),
    stderr_truncated: z.boolean().nullable().meta({ description: "Whether `stderr` lost its beginning." }),
    priority: z.int().nullable(),
    delay_until: instant.nullable().meta({
      description: "While it waits for a later instant: when it may be started next.",
    }),
    timeout_seconds: z.int().nullable().meta({ description: "As submitted." }),
    pool: z.string().nullable(),
    labels: z.record(z.string(), z.string()).nullable().meta({ description: "As submitted." }),
    metadata: z.unknown().meta({ description: "As submitted: any JSON." }),
    worker: workerIdentitySchema.nullable().meta({
      description: "The worker that has, or last had, an attempt of it.",
    }),
    execution_mode: z.enum(executionModes).meta({ description: "As submitted." }),
    workspace: workspaceSchema.nullable().meta({ description: "As submitted." }),
    callbacks: z.array(taskCallbackSchema).nullable().meta({
      description: "What became of each, the oldest first; null where no `status_callback_url` was given.",
    }),
  })
  .meta({
    id: "Task",
    description: "One execution of a task: the newest, unless another was asked for.",
  });
export type Task = z.infer<typeof taskSchema>;

export const attemptSchema = z
  .object({
    attempt: z.int().min(1),
    worker: workerIdentitySchema,
    started_at: instant.nullable(),
    finished_at: instant.nullable().meta({ description: "Null while it runs." }),
    exit_code: z.int().nullable(),
    signal: z.string().nullable(),
    reason: reason.nullable(),
    message: z.string(),
  })
  .meta({ id: "Attempt", description: "One start of an execution." });
export type Attempt = z.infer<typeof attemptSchema>;

export const executionSchema = taskSchema
  .extend({ attempts: z.array(attemptSchema).meta({ description: "Each of its starts, oldest first." }) })
  .meta({ id: "Execution", description: "A task's execution with all of its attempts." });
export type Execution = z.infer<typeof executionSchema>;

export const workerSchema = workerIdentitySchema
  .extend({
    executors: z.array(z.enum(executorNames)),
    slots: z.int().meta({ description: "How many tasks it runs at a time." }),
    tasks: z.array(z.string()).meta({
      description: "The ids of those that it runs now, or did a few seconds ago.",
    }),
    pools: z.array(z.string()),
    since: instant,
  })
  .meta({ id: "Worker", description: "A worker that lives." });
export type Worker = z.infer<typeof workerSchema>;
