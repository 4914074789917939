import {
  type ExecutorName,
  type Exit,
  type FailureReason,
  messages,
  type Outcome,
  type OutputSummary,
  type StopReason,
} from "@host-runner/contracts";
import type { ExecutionResult } from "@host-runner/executors";

/** An attempt that was started, or could not be by its own fault. */
type DecidedResult = ExecutionResult & { exit: DecidedExit };
type DecidedExit = Exclude<Exit, { kind: "not-started" }>;

type Verdict = Pick<Outcome, "status" | "reason" | "message">;

interface Limits {
  outputLimitBytes: number | undefined;
}

/**
 * What an attempt comes to. Why it was stopped counts before how it ended: a command that catches SIGTERM and
 * exits with 0 after a timeout has timed out.
 */
export function decideOutcome(
  { exit, stopped, survivors }: DecidedResult,
  executor: ExecutorName,
  output: OutputSummary,
  limits: Limits,
): Outcome {
  const { status, reason, message } = stopped
    ? judgeStop(stopped, executor, limits)
    : judgeExit(exit, executor);
  return {
    status,
    reason,
    message: message + describeSurvivors(survivors),
    exitCode: exit.kind === "exited" ? exit.exitCode : null,
    signal: exit.kind === "signaled" ? exit.signal : null,
    output,
  };
}

/** The worker may not run tasks with this executor. */
export function unavailableOutcome(executor: ExecutorName): Outcome {
  const detail = `the worker that took it does not offer this executor (HOST_RUNNER_EXECUTOR=${executor} does)`;
  const message = messages.failed(executor, detail);
  return {
    status: "failed",
    reason: "executor_unavailable",
    message,
    exitCode: null,
    signal: null,
    output: null,
  };
}

function judgeStop(reason: StopReason, executor: ExecutorName, { outputLimitBytes }: Limits): Verdict {
  const failed = (cause: FailureReason, message: string): Verdict => ({
    status: "failed",
    reason: cause,
    message,
  });
  switch (reason) {
    case "cancel":
      return { status: "canceled", reason: "canceled", message: messages.canceledByApi };
    case "timeout":
      return failed("timeout", messages.timedOut(executor));
    case "shutdown":
      return failed("shutdown", messages.failed(executor, "its worker was shut down"));
    case "lease_lost":
      return failed("worker_lost", messages.workerLost);
    case "output_limit":
      return failed(
        "output_limit",
        messages.failed(executor, `it wrote more than ${outputLimitBytes} bytes`),
      );
  }
}

function judgeExit(exit: DecidedExit, executor: ExecutorName): Verdict {
  switch (exit.kind) {
    case "spawn-failed":
      return { status: "failed", reason: "spawn_error", message: messages.failed(executor, exit.message) };
    case "signaled":
      return {
        status: "failed",
        reason: "signal",
        message: messages.failed(executor, `ended by ${exit.signal}`),
      };
    case "exited":
      if (exit.exitCode === 0)
        return { status: "success", reason: null, message: messages.completed(executor) };
      return { status: "failed", reason: "exit_code", message: messages.failed(executor) };
  }
}

function describeSurvivors(pids: number[]): string {
  return pids.length === 0 ? "" : `; still running, even SIGKILL did not end them: pid ${pids.join(", ")}`;
}
