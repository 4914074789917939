import type { ExecutorName } from "@host-runner/contracts";

/** When a client cancels an execution. */
export type CancelMoment =
  | { when: "at-once" }
  /** As soon as it is seen running, and then after so long. */
  | { when: "running"; afterMs: number }
  /** While it waits for its next attempt. */
  | { when: "backoff" }
  /** In whatever state it is then. */
  | { when: "later"; afterMs: number }
  /** At that time from the beginning of the load, in whatever state it is then. */
  | { when: "at"; atMs: number };

/** What is asked of the task after it has ended. */
export type Sequel =
  /** Another execution, by its own call or by submitting the same again. */
  | "rerun"
  | "resubmit"
  /** The first submission again with its Idempotency-Key: has to get the first answer again. */
  | "replay";

/** One task of the load, with all that its client does. */
export interface PlannedTask {
  taskId: string;
  /** From the beginning of the load. */
  submitAtMs: number;
  executor: ExecutorName;
  prompt: string;
  maxAttempts: number;
  backoffSeconds: number;
  timeoutSeconds: number;
  idempotencyKey: string | null;
  /** Comes back with each callback. Null: nobody wants callbacks. */
  callbackToken: string | null;
  /** The client hangs up so long after it has sent its first try, and tries again. Null: it waits. */
  hangUpAfterMs: number | null;
  /** Both APIs get the submission at once. */
  sentTwice: boolean;
  /** The same id is submitted with another prompt while it has not ended: has to be refused. */
  conflicts: boolean;
  cancel: CancelMoment | null;
  sequels: Sequel[];
}

interface SubmissionContext {
  runId: string;
  /** Where callbacks go. */
  receiverUrl: string;
}

/** What the task's client sends. */
export function submissionOf(
  task: PlannedTask,
  { runId, receiverUrl }: SubmissionContext,
): Record<string, unknown> {
  return {
    task_id: task.taskId,
    run_id: runId,
    prompt: task.prompt,
    executor: task.executor,
    max_attempts: task.maxAttempts,
    backoff_seconds: task.backoffSeconds,
    timeout_seconds: task.timeoutSeconds,
    ...(task.callbackToken !== null && {
      status_callback_url: receiverUrl,
      status_callback_token: task.callbackToken,
    }),
  };
}
