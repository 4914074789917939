/**
 * A task's record as callers see it. The status is derived from what BullMQ keeps of the job: `finishedOn` (it
 * has ended), `processedOn` (a worker has it), else it waits. There is no second status that could drift.
 */
import {
  type Attempt,
  defaultRunId,
  type Execution,
  type ExecutionMode,
  type ExecutorName,
  messages,
  type NamedSubmission,
  type Task,
  type TaskStatus,
  type WorkerIdentity,
  type Workspace,
} from "@host-runner/contracts";
import { describeCallback, parseCallbacks } from "./callbacks/stored-callback.ts";
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
  max_attempts?: number;
  backoff_seconds?: number;
  labels?: Record<string, string>;
  metadata?: unknown;
  status_callback_url?: string;
  status_callback_token?: string;
  execution_mode?: ExecutionMode;
  workspace?: Workspace;
}

/** The part of a submission that the record's name does not say already. Equal submissions give equal parts. */
export function toStored(submission: NamedSubmission): StoredSubmission {
  const implied: Partial<NamedSubmission> = {
    task_id: submission.task_id,
    run_id: defaultRunId(submission.task_id),
    execution_mode: "no-workspace",
  };
  const stored: Partial<Record<keyof NamedSubmission, unknown>> = {};
  for (const name of Object.keys(submission) as (keyof NamedSubmission)[]) {
    const value = submission[name];
    if (value !== null && value !== undefined && value !== implied[name]) stored[name] = value;
  }
  return stored as StoredSubmission;
}

export function projectTask(record: TaskRecord, execution: number): Task {
  const taskId = record.name ?? "";
  const data = JSON.parse(record.data ?? "{}") as StoredSubmission;
  const outcome = record.outcome ? (JSON.parse(record.outcome) as StoredOutcome) : null;
  const ended = record.finishedOn !== undefined;
  const status = statusOf(record, outcome);
  const output = ended ? (outcome?.output ?? null) : null;
  return {
    task_id: taskId,
    run_id: data.run_id ?? defaultRunId(taskId),
    status,
    message: messageOf(status, record, outcome) + (record.outputLost ? messages.outputLost : ""),
    // A record that BullMQ itself failed has no outcome of ours.
    reason: outcome ? outcome.reason : status === "failed" ? "internal" : null,
    executor: data.executor ?? (record.pb ? parseHolder(record.pb).executor : null),
    execution,
    attempt: Number(record.ats ?? 0),
    max_attempts: maxAttemptsOf(record),
    created_at: toInstant(record.timestamp) ?? new Date(0).toISOString(),
    updated_at: toInstant(lastChange(record)) ?? new Date(0).toISOString(),
    started_at: toInstant(record.processedOn ?? record.lastStartedOn),
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
    delay_until: status === "queued" ? toInstant(record.delayUntil) : null,
    timeout_seconds: data.timeout_seconds ?? null,
    pool: null,
    labels: data.labels ?? null,
    metadata: data.metadata ?? null,
    worker: record.pb ? workerOf(record.pb) : null,
    execution_mode: data.execution_mode ?? "no-workspace",
    workspace: data.workspace ?? null,
    callbacks: parseCallbacks(record)?.map(describeCallback) ?? null,
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
  if (status === "queued") {
    const last = pastAttemptsOf(record).at(-1);
    if (!last) return messages.accepted;
    return messages.retrying(last.attempt + 1, maxAttemptsOf(record), last.message);
  }
  if (status === "running") return messages.running;
  return outcome?.message ?? record.failedReason ?? status;
}

/** An attempt that has ended and was followed by another, as the scripts write it. */
interface PastAttempt extends Omit<StoredOutcome, "status" | "output"> {
  attempt: number;
  holder: string;
  startedOn: number;
  finishedOn: number;
}

function pastAttemptsOf({ pastAttempts }: TaskRecord): PastAttempt[] {
  return pastAttempts ? pastAttempts.split("\n").map((line) => JSON.parse(line) as PastAttempt) : [];
}

/** An execution with all its attempts, oldest first; of the last one the record itself tells. */
export function projectExecution(record: TaskRecord, execution: number): Execution {
  const task = projectTask(record, execution);
  const attempts: Attempt[] = pastAttemptsOf(record).map((past) => ({
    attempt: past.attempt,
    worker: workerOf(past.holder),
    started_at: toInstant(String(past.startedOn)),
    finished_at: toInstant(String(past.finishedOn)),
    exit_code: past.exitCode,
    signal: past.signal,
    reason: past.reason,
    message: past.message,
  }));
  if (task.attempt > attempts.length && record.pb) {
    const { started_at, finished_at, exit_code, signal, reason, message } = task;
    const last = { started_at, finished_at, exit_code, signal, reason, message };
    attempts.push({ attempt: task.attempt, worker: workerOf(record.pb), ...last });
  }
  return { ...task, attempts };
}

function workerOf(holder: string): WorkerIdentity {
  const { id, host, pid } = parseHolder(holder);
  return { id, host, pid };
}

/** Clocks of hosts differ a little; the latest instant is the last change. */
function lastChange(record: TaskRecord): string {
  const { timestamp = 0, processedOn = 0, cancelRequestedAt = 0, finishedOn = 0 } = record;
  const requeued = pastAttemptsOf(record).at(-1)?.finishedOn ?? 0;
  return String(Math.max(+timestamp, +processedOn, +cancelRequestedAt, +finishedOn, requeued));
}

function toInstant(milliseconds: string | undefined): string | null {
  return milliseconds === undefined ? null : new Date(Number(milliseconds)).toISOString();
}
