import type { Task, TaskStatus } from "@host-runner/contracts";

/** What a client asked of the API. */
export type Call =
  | {
      kind: "submit";
      taskId: string;
      key: string | null /** Another content than the task's. */;
      other?: true;
    }
  | { kind: "read"; taskId: string; execution: number | null }
  | { kind: "cancel" | "rerun" | "executions"; taskId: string };

/** What a task was at some moment, as far as the checks want to know. */
export interface SeenTask {
  execution: number;
  status: TaskStatus;
  attempt: number;
  maxAttempts: number;
  reason: string | null;
  message: string;
  exitCode: number | null;
  signal: string | null;
  createdAt: string;
  updatedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  cancelRequestedAt: string | null;
  /** The end of it. */
  stdout: string | null;
}

/** One request and what came of it. Times in ms since the epoch. */
export interface Answer {
  call: Call;
  api: number;
  sentAt: number;
  receivedAt: number;
  /** Null: none came. */
  status: number | null;
  /** Whether it says when to try again. */
  retryAfter: boolean;
  /** Why none came, or what the problem was. */
  problem: string | null;
  /** The task in a good answer to anything but `executions`. */
  task: SeenTask | null;
}

const KEPT_CHARACTERS = 100;

/** What is kept of an output: its end tells which attempt wrote it. */
export const endOf = (text: string | null): string | null => text?.slice(-KEPT_CHARACTERS) ?? null;

export function toSeenTask(task: Task): SeenTask {
  return {
    execution: task.execution,
    status: task.status,
    attempt: task.attempt,
    maxAttempts: task.max_attempts,
    reason: task.reason,
    message: task.message,
    exitCode: task.exit_code,
    signal: task.signal,
    createdAt: task.created_at,
    updatedAt: task.updated_at,
    startedAt: task.started_at,
    finishedAt: task.finished_at,
    cancelRequestedAt: task.cancel_requested_at,
    stdout: endOf(task.stdout),
  };
}

/** Names one execution of one task. */
export const executionKey = (taskId: string, execution: number) => `${taskId}@${execution}`;
