/**
 * The closed lists of words that cross a process boundary, and what they mean. Data alone, without a schema: a
 * browser and a command line that has to start at once import this and nothing else of the package.
 */

/**
 * Where a task stands. `queued` and `running` go on by themselves; the other three are ends: nothing of the
 * task is running any more, and the status never changes again.
 */
export const taskStatuses = ["queued", "running", "success", "failed", "canceled"] as const;
export type TaskStatus = (typeof taskStatuses)[number];

export const endedStatuses = ["success", "failed", "canceled"] as const;
export type EndedStatus = (typeof endedStatuses)[number];

export function isEnded(status: TaskStatus): status is EndedStatus {
  return (endedStatuses as readonly TaskStatus[]).includes(status);
}

/** Why a task did not succeed, for programs. A closed list: `message` has the words for people. */
export const failureReasons = [
  "exit_code",
  "signal",
  "timeout",
  "spawn_error",
  "worker_lost",
  "shutdown",
  "output_limit",
  "expired",
  "canceled",
  "executor_unavailable",
  "internal",
] as const;
export type FailureReason = (typeof failureReasons)[number];

export const executorNames = ["mock", "shell"] as const;
export type ExecutorName = (typeof executorNames)[number];

export const outputStreams = ["stdout", "stderr"] as const;
export type OutputStream = (typeof outputStreams)[number];

export const executionModes = [
  "no-workspace",
  "shared-workspace",
  "isolated-worktree",
  "docker-sandbox",
] as const;
export type ExecutionMode = (typeof executionModes)[number];

/** Every way in which host-runner refuses or fails, with the HTTP status and title it has at the API. */
export const errorCatalogue = {
  malformed_request: { status: 400, title: "Malformed request" },
  unauthorized: { status: 401, title: "Unauthorized" },
  forbidden: { status: 403, title: "Forbidden" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  conflict: { status: 409, title: "Conflict" },
  payload_too_large: { status: 413, title: "Payload too large" },
  unsupported_media_type: { status: 415, title: "Unsupported media type" },
  invalid: { status: 422, title: "Invalid request" },
  queue_full: { status: 429, title: "Too many waiting tasks" },
  internal: { status: 500, title: "Internal error" },
  queue_unavailable: { status: 503, title: "Queue unavailable" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** One thing that is wrong with a request. `path` is the field, dotted; empty for the whole of it. */
export interface FieldError {
  path: string;
  message: string;
}

/** The `type` of a problem (RFC 9457) that stands for a code. */
export const problemType = (code: ErrorCode) => `${PROBLEM_TYPE}${code}`;

/** The code that a problem's `type` stands for; null where it is none of ours. */
export function problemCode(type: unknown): ErrorCode | null {
  if (typeof type !== "string" || !type.startsWith(PROBLEM_TYPE)) return null;
  const code = type.slice(PROBLEM_TYPE.length);
  return Object.hasOwn(errorCatalogue, code) ? (code as ErrorCode) : null;
}

const PROBLEM_TYPE = "urn:host-runner:problem:";

export const DEFAULT_MAX_PROMPT_BYTES = 1024 * 1024;

/** Where an API listens and a client looks for it, unless either is told otherwise. */
export const DEFAULT_API_PORT = 48_070;
export const DEFAULT_API_URL = `http://127.0.0.1:${DEFAULT_API_PORT}`;
