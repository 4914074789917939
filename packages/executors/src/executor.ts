import type { ExecutorName, Exit, OutputStream, StopReason, StopSignal } from "@host-runner/contracts";

/** One attempt of a task, as an executor gets it. Everything in it that a caller gave is data, never code. */
export interface Attempt {
  taskId: string;
  runId: string;
  execution: number;
  attempt: number;
  prompt: string;
  /** The working directory asked for, an absolute path; null for the executor's default. */
  projectRoot: string | null;
  /**
   * Asked right before anything is started: once it is false the attempt may be another worker's, and it ends as
   * `not-started`.
   */
  mayStart?: () => boolean;
}

/**
 * Takes a command's output. Offsets count bytes per stream from 0, chunks come in order and are complete.
 * A returned promise pauses the command until it settles; a rejection is the sink's fault and ends the attempt.
 * The chunk is the sink's to read only until it returns (or its promise settles): keep a copy, not a reference.
 */
export interface OutputSink {
  write(stream: OutputStream, offset: number, chunk: Buffer): void | Promise<void>;
}

export interface ExecutionContext {
  /**
   * Aborted, with a `StopReason` as its reason, to stop the attempt: cancel, timeout, shutdown, lost lease and
   * output limit all come this one way, and the first one wins.
   */
  signal: StopSignal;
  output: OutputSink;
}

export interface ExecutionResult {
  exit: Exit;
  /** The reason for which it was stopped; null where it ended by itself before any stop. */
  stopped: StopReason | null;
  /** Processes of the attempt that even SIGKILL did not end, by pid. Empty, but for broken kernels and drivers. */
  survivors: number[];
}

/** Runs attempts. */
export interface Executor {
  readonly name: ExecutorName;
  /**
   * Runs one attempt to its end. Resolves once, when nothing of the attempt runs any more and its last byte of
   * output has been taken. A failing command is a result; rejects only where host-runner itself fails.
   */
  execute(attempt: Attempt, context: ExecutionContext): Promise<ExecutionResult>;
}
