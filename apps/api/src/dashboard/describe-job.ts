import { isEnded } from "@host-runner/contracts";
import type { Standing } from "@host-runner/queue";
import { shorten } from "./shorten.ts";

/** What Bull Board shows of a job, as far as it is told otherwise here. */
export interface ShownJob {
  name: string;
  failedReason: string | undefined;
  returnvalue: unknown;
  processedBy: string | undefined;
  finishedOn: number | undefined;
  attemptsMade: number;
}

/**
 * A task in the words of Bull Board's cards: its heading says status, reason and duration, its error why it did
 * not succeed, and what it returned is how it stands. A canceled task is among the failed ones there: BullMQ knows
 * no other end.
 */
export function describeJob(task: Standing, now: number): ShownJob {
  const standing = describeStanding(task, now);
  const { status, reason, exit_code, signal, execution, attempt, max_attempts, worker } = task;
  const message = shorten(task.message, `GET ${addressOf(task)}`);
  const isFailed = status === "failed" || status === "canceled";
  const workerName = worker ? `${worker.host}, pid ${worker.pid}` : undefined;
  return {
    name: `${task.task_id}: ${standing}`,
    failedReason: isFailed ? `${standing}: ${message}` : undefined,
    returnvalue: {
      ...{ status, reason, message, duration: describeDuration(task, now), exit_code, signal },
      ...{ execution, attempt, max_attempts, worker: workerName },
      ...{ stdout_bytes: task.stdout_bytes, stderr_bytes: task.stderr_bytes },
    },
    processedBy: workerName,
    // Its duration would be counted from 1970.
    finishedOn: task.finished_at && task.started_at ? Date.parse(task.finished_at) : undefined,
    attemptsMade: attempt,
  };
}

/** Where the API tells all of an execution. */
export function addressOf({ task_id, execution }: Pick<Standing, "task_id" | "execution">): string {
  return `/tasks/${encodeURIComponent(task_id)}?execution=${execution}`;
}

function describeStanding(task: Standing, now: number): string {
  const { status, attempt, max_attempts, cancel_requested_at } = task;
  const duration = describeDuration(task, now);
  switch (status) {
    case "queued":
      return attempt === 0 ? "queued" : `queued for attempt ${attempt + 1} of ${max_attempts}`;
    case "running": {
      const ofAttempts = attempt > 1 ? `, attempt ${attempt} of ${max_attempts}` : "";
      return `running for ${duration}${ofAttempts}${cancel_requested_at ? ", to be canceled" : ""}`;
    }
    case "success":
    case "canceled":
      return duration === null ? `${status} before its start` : `${status} after ${duration}`;
    case "failed":
      return `failed (${describeReason(task)})${duration === null ? "" : ` after ${duration}`}`;
  }
}

function describeReason({ reason, exit_code, signal }: Standing): string {
  if (reason === "exit_code") return `exit_code ${exit_code}`;
  if (reason === "signal") return `signal ${signal}`;
  return reason ?? "internal";
}

/** Of the last attempt, up to now where it still runs; null where none was started. */
function describeDuration({ status, started_at, finished_at }: Standing, now: number): string | null {
  if (started_at === null || !(isEnded(status) || status === "running")) return null;
  const end = finished_at === null ? now : Date.parse(finished_at);
  return formatDuration(Math.max(0, end - Date.parse(started_at)));
}

/** The two largest units, and tenths of a second below a minute. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}
