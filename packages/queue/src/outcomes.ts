import { messages, type Outcome } from "@host-runner/contracts";

/** Ends that come from the queue, not from an attempt. */
const withoutAttempt = { exitCode: null, signal: null, output: null } as const;

/** It waited when it was canceled, or its worker was gone. */
export const canceledOutcome: Outcome = {
  ...withoutAttempt,
  status: "canceled",
  reason: "canceled",
  message: messages.canceledByApi,
};

/** Its worker is gone, and it may not be started again. */
export const lostOutcome: Outcome = {
  ...withoutAttempt,
  status: "failed",
  reason: "worker_lost",
  message: messages.workerLost,
};

/** The worker failed, not the command. */
export const internalOutcome: Outcome = {
  ...withoutAttempt,
  status: "failed",
  reason: "internal",
  message: "host-runner failed to run the task: see the worker's log",
};
