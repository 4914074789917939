/**
 * A task's record as callers see it. The status is derived from what BullMQ keeps of the job: `finishedOn` (it
 * has ended), `processedOn` (a worker has it), else it waits. There is no second status that could drift.
 */
import {
  defaultRunId,
  type ExecutionMode,
  type ExecutorName,
  messages,
  type NamedSubmission,
  type Task,
  type TaskStatus,
  type Workspace,
} from "@host-runner/contracts";
import { parseHolder } from "./holder.ts";
import type { StoredOutcome } from "./scripts.ts";

/** A job's hash, its own fields of BullMQ's and ours: all text. */
export type TaskRecord = Record<string, string>;

/** What was submitted, as the record's `data` keeps it: absent where the caller gave none. */
export interface StoredSubmission {
  run_id?: string;
  prompt: string;
  executor?: ExecutorName;
  timeout_seconds?: number;
  metadata?: unknown;
  status_callback_url?: string;
  status_callback_token?: string;
  execution_mode?: ExecutionMode;
  workspace?: Workspace;
}

/** The part of a submission that the record's name does not say already. Equal submissions give equal parts. */
export function toStored({ task_id, ...submission }: NamedSubmission): StoredSubmission {
  const given = Object.entries(submission).filter(([, value]) => value !== null && value !== undefined);
  const stored = Object.fromEntries(given) as unknown as StoredSubmission;
  if (stored.run_id === defaultRunId(task_id)) delete stored.run_id;
  if (stored.execution_mode === "no-workspace") delete stored.execution_mode;
  return stored;
}

export function projectTask(record: TaskRecord, execution: number): Task {
  const taskId = record.name ?? "";
  const data = JSON.parse(record.data ?? "{}") as StoredSubmission;
  const outcome = record.outcome ? (JSON.parse(record.outcome) as StoredOutcome) : null;
  const ended = record.finishedOn !== undefined;
  const status = statusOf(record, outcome);
  const holder = record.pb ? parseHolder(record.pb) : null;
  const attempt = Number(record.ats ?? 0);
  const output = ended ? (outcome?.output ?? null) : null;
  return {
    task_id: taskId,
    run_id: data.run_id ?? defaultRunId(taskId),
    status,
    message: messageOf(status, record, outcome),
    // A record that BullMQ itself failed has no outcome of ours.
    reason: outcome ? outcome.reason : status === "failed" ? "internal" : null,
    executor: data.executor ?? holder?.executor ?? null,
    execution,
    attempt,
    max_attempts: maxAttemptsOf(record),
    created_at: toInstant(record.timestamp) ?? new Date(0).toISOString(),
    updated_at: toInstant(lastChange(record)) ?? new Date(0).toISOString(),
    started_at: attempt > 0 ? toInstant(record.processedOn) : null,
    finished_at: toInstant(record.finishedOn),
    cancel_requested_at: toInstant(record.cancelRequestedAt),
    exit_code: outcome?.exitCode ?? null,
    signal: outcome?.signal ?? null,
    stdout: output && (record.stdout ?? ""),
    stderr: output && (record.stderr ?? ""),
    stdout_bytes: output?.stdoutBytes ?? null,
    stderr_bytes: output?.stderrBytes ?? null,
    stdout_truncated: output?.stdoutTruncated ?? null,
    stderr_truncated: output?.stderrTruncated ?? null,
    priority: null,
    delay_until: null,
    timeout_seconds: data.timeout_seconds ?? null,
    pool: null,
    labels: null,
    metadata: data.metadata ?? null,
    worker: holder && { id: holder.id, host: holder.host, pid: holder.pid },
    execution_mode: data.execution_mode ?? "no-workspace",
    workspace: data.workspace ?? null,
  };
}

/** How often the execution may be started, as BullMQ's options of the job say. */
function maxAttemptsOf({ opts }: TaskRecord): number {
  return (JSON.parse(opts ?? "{}") as { attempts?: number }).attempts || 1;
}

function statusOf(record: TaskRecord, outcome: StoredOutcome | null): TaskStatus {
  if (record.finishedOn === undefined) return record.processedOn === undefined ? "queued" : "running";
  if (outcome?.reason === "canceled") return "canceled";
  return record.failedReason === undefined ? "success" : "failed";
}

function messageOf(status: TaskStatus, record: TaskRecord, outcome: StoredOutcome | null): string {
  if (status === "queued") return messages.accepted;
  if (status === "running") return messages.running;
  return outcome?.message ?? record.failedReason ?? status;
}

/** Clocks of hosts differ a little; the latest instant is the last change. */
function lastChange({ timestamp, processedOn, cancelRequestedAt, finishedOn }: TaskRecord): string {
  return String(
    Math.max(...[timestamp, processedOn, cancelRequestedAt, finishedOn].map((at) => Number(at ?? 0))),
  );
}

function toInstant(milliseconds: string | undefined): string | null {
  return milliseconds === undefined ? null : new Date(Number(milliseconds)).toISOString();
}
