import {
  type CallbackBody,
  type CallbackStatus,
  messages,
  type Task,
  type TaskCallback,
} from "@host-runner/contracts";
import type { TaskRecord } from "../project-task.ts";

export type CallbackState = TaskCallback["state"];

/** A callback as the record keeps it; see lua/includes/owe-callback.lua. */
export interface StoredCallback {
  id: string;
  seq: number;
  status: CallbackStatus;
  attempt: number;
  at: number;
  startedOn?: number;
  state: CallbackState;
  tries: number;
  triedAt?: number;
  answer?: number;
  detail?: string;
}

/** The callbacks of an execution, the oldest first; null where nobody asked for any. */
export function parseCallbacks({ callbacks }: TaskRecord): StoredCallback[] | null {
  if (callbacks === undefined) return null;
  // Lua's JSON has one empty table, which it writes as an object.
  const parsed = JSON.parse(callbacks) as StoredCallback[] | Record<string, never>;
  return Array.isArray(parsed) ? parsed : [];
}

/** What the task tells of a callback. */
export function describeCallback(stored: StoredCallback): TaskCallback {
  return {
    event_id: stored.id,
    seq: stored.seq,
    status: stored.status,
    attempt: stored.attempt,
    state: stored.state,
    tries: stored.tries,
    created_at: new Date(stored.at).toISOString(),
    tried_at: stored.triedAt === undefined ? null : new Date(stored.triedAt).toISOString(),
    http_status: stored.answer ?? null,
    detail: stored.detail ?? null,
  };
}

/** Receivers keep what they are sent, and want it small. */
const MAX_TAIL_BYTES = 64 * 1024;

/** What the receiver is told: the end as the task has it, or that an attempt has started, as it was then. */
export function toCallbackBody(
  task: Task,
  { id, seq, status, attempt, startedOn }: StoredCallback,
): CallbackBody {
  const { task_id, run_id, execution } = task;
  const event = { event_id: id, execution, attempt, seq };
  if (status === "running") {
    const started_at = startedOn === undefined ? null : new Date(startedOn).toISOString();
    const unknown = {
      reason: null,
      finished_at: null,
      exit_code: null,
      signal: null,
      stdout: null,
      stderr: null,
    };
    return { task_id, run_id, status, message: messages.running, started_at, ...unknown, ...event };
  }
  const { message, reason, started_at, finished_at, exit_code, signal } = task;
  return {
    task_id,
    run_id,
    status,
    message,
    reason,
    started_at,
    finished_at,
    exit_code,
    signal,
    stdout: tailOf(task.stdout),
    stderr: tailOf(task.stderr),
    ...event,
  };
}

/** The last bytes of a text, from the beginning of a character on. */
function tailOf(text: string | null): string | null {
  if (text === null || Buffer.byteLength(text) <= MAX_TAIL_BYTES) return text;
  const bytes = Buffer.from(text);
  let start = bytes.length - MAX_TAIL_BYTES;
  while ((bytes[start]! & 0b1100_0000) === 0b1000_0000) start++;
  return bytes.toString("utf8", start);
}
