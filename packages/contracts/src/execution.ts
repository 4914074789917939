/**
 * What passes between the queue, a worker and its executors while one attempt runs.
 */
import type { EndedStatus, ExecutorName, FailureReason } from "./words.ts";

/** Why we stopped a process. The first one given wins; how the process then ended is told apart, in `Exit`. */
export type StopReason = "cancel" | "timeout" | "shutdown" | "lease_lost" | "output_limit";

/**
 * Tells an attempt to stop, as an AbortSignal does, and every AbortSignal is one: "abort" is dispatched once, with a
 * `StopReason` as the reason.
 */
export interface StopSignal extends Pick<EventTarget, "addEventListener" | "removeEventListener"> {
  readonly aborted: boolean;
  readonly reason: unknown;
}

/** How a command ended, whatever the stop reason was. */
export type Exit =
  | { kind: "exited"; exitCode: number }
  | { kind: "signaled"; signal: string }
  /** It never ran, by its own fault. `message` says why, in one line that names what is missing. */
  | { kind: "spawn-failed"; message: string }
  /** It never ran, and not by its own fault: another worker, or this one later, can run it. */
  | { kind: "not-started"; hostFault: string | null };

/** What a command wrote, as the task keeps it: valid UTF-8 tails, and exact counts in bytes. */
export interface OutputSummary {
  stdout: string;
  stderr: string;
  stdoutBytes: number;
  stderrBytes: number;
  stdoutTruncated: boolean;
  stderrTruncated: boolean;
}

/** How an attempt ended, as the lease holder records it. */
export interface Outcome {
  status: EndedStatus;
  reason: FailureReason | null;
  /** One line for people. */
  message: string;
  exitCode: number | null;
  signal: string | null;
  /** Null where nothing ever ran. */
  output: OutputSummary | null;
}

/**
 * The words of `message`. Control planes read words out of it to decide on retries: "execution timed out"
 * stands for a timeout, and a lost worker is told without "timeout" or "network" in it.
 */
export const messages = {
  accepted: "accepted",
  retrying: (attempt: number, maxAttempts: number, lastMessage: string) =>
    `waiting for attempt ${attempt} of ${maxAttempts} after: ${lastMessage}`,
  running: "running",
  canceledByApi: "canceled by api",
  workerLost: "runner unavailable: worker lost",
  completed: (executor: ExecutorName) => `${executor} execution completed`,
  failed: (executor: ExecutorName, detail?: string) =>
    `${executor} execution failed${detail === undefined ? "" : `: ${detail}`}`,
  outputLost: "; the last of its output could not be stored",
  timedOut: (executor: ExecutorName) => `${executor} execution timed out`,
} as const;
