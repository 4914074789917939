import {
  createRedactor,
  type Outcome,
  type SettingValues,
  type StopReason,
  type workerSettings,
} from "@host-runner/contracts";
import { type Attempt, createOutputRecorder, type Executors, type OutputSink } from "@host-runner/executors";
import type { LeasedTask, TaskHandler } from "@host-runner/queue";
import type { Logger } from "@host-runner/service";
import { decideOutcome, unavailableOutcome } from "./decide-outcome.ts";
import { asBytes, redactOutput } from "./redact-output.ts";

interface TaskHandlerOptions {
  settings: SettingValues<typeof workerSettings>;
  executors: Executors;
  /** What must not be stored nor shown, beside what looks like a secret. */
  secrets: readonly string[];
  log: Logger;
}

/** Runs one attempt of a task: resolve the executor, execute, decide what it comes to. */
export function createTaskHandler({ settings, executors, secrets, log }: TaskHandlerOptions): TaskHandler {
  const outputRedactor = createRedactor(asBytes(secrets));
  const messageRedactor = createRedactor(secrets);
  // Two lines for each task, without a field that could have a secret: to look for one costs more than all else of a line.
  const taskLog = log.child({}, { redact: [] });
  return async (task, signal, writer, stop) => {
    const { taskId, execution, attempt } = task;
    const name = task.submission.executor ?? settings.executor;
    const executor = executors.resolve(name);
    if (!executor) {
      log.warn({ taskId, execution, attempt }, `executor ${name} is not available on this worker`);
      return unavailableOutcome(name);
    }

    taskLog.info({ taskId, execution, attempt, executor: name }, "task started");
    const recorder = createOutputRecorder({ tailBytes: settings.tailBytes });
    const limits = startLimits(task, settings, stop);
    const redacted = redactOutput(outputRedactor, toBoth(recorder, writer));
    const { exit, stopped, survivors } = await executor
      .execute(toAttempt(task), { signal, output: limits.count(redacted) })
      .finally(async () => {
        limits.stop();
        // Whatever became of the executor: the end of the output is still held back.
        await redacted.end();
      });
    if (exit.kind === "not-started") {
      const { hostFault } = exit;
      taskLog.info(
        { taskId, execution, attempt },
        `task given back: ${hostFault ?? "its lease was too old"}`,
      );
      return { kind: "not-started", hostFault };
    }
    const outcome = decideOutcome({ exit, stopped, survivors }, name, recorder.summary(), settings);
    outcome.message = messageRedactor.text(outcome.message);
    taskLog.info({ taskId, execution, attempt, ...describe(outcome) }, `task ended: ${outcome.message}`);
    return outcome;
  };
}

/** The two limits that an attempt has: how long it may take, and how much it may write. */
function startLimits(
  task: LeasedTask,
  { timeoutSeconds, outputLimitBytes = Number.POSITIVE_INFINITY }: TaskHandlerOptions["settings"],
  stop: (reason: StopReason) => void,
) {
  const timer = setTimeout(stop, (task.submission.timeout_seconds ?? timeoutSeconds) * 1000, "timeout");
  let written = 0;
  return {
    stop: () => clearTimeout(timer),
    /** Passes the output on, and counts it. */
    count: (sink: OutputSink): OutputSink => ({
      write(stream, offset, chunk) {
        written += chunk.length;
        if (written > outputLimitBytes) stop("output_limit");
        return sink.write(stream, offset, chunk);
      },
    }),
  };
}

/** The tails that the task keeps, and the output that others watch; the slower one sets the pace. */
function toBoth(recorder: OutputSink, writer: OutputSink): OutputSink {
  return {
    write(stream, offset, chunk) {
      recorder.write(stream, offset, chunk);
      return writer.write(stream, offset, chunk);
    },
  };
}

function toAttempt({ taskId, runId, execution, attempt, mayStart, submission }: LeasedTask): Attempt {
  const { prompt, workspace } = submission;
  const projectRoot = workspace?.project_root ?? null;
  return { taskId, runId, execution, attempt, mayStart, prompt, projectRoot };
}

function describe({ status, reason, exitCode, signal }: Outcome) {
  return {
    status,
    ...(reason && { reason }),
    ...(exitCode !== null && { exitCode }),
    ...(signal && { signal }),
  };
}
