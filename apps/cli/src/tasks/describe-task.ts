import type { TaskSummary, Worker } from "@host-runner/client";
import { cleanLine } from "../terminal/clean-text.ts";
import type { Paint } from "../terminal/paint.ts";
import { formatDuration } from "./format-time.ts";

interface Surroundings {
  now: number;
  /** Those that live; null where they are not known. */
  workers: readonly Worker[] | null;
}

/** How long the last attempt took, or takes already; empty before the first one. Pure. */
export function tellDuration({ status, started_at, finished_at }: TaskSummary, now: number): string {
  if (started_at === null || status === "queued") return "";
  const end = finished_at === null ? now : Date.parse(finished_at);
  return formatDuration(end - Date.parse(started_at));
}

/** What a task waits for, where it runs, or why it ended as it did: one clean line for people. Pure. */
export function tellSituation(task: TaskSummary, surroundings: Surroundings): string {
  if (task.status === "queued") return tellWait(task, surroundings);
  if (task.status === "running") return tellRun(task);
  return task.status === "success" ? "" : cleanLine(tellEnd(task));
}

function tellWait(
  { attempt, max_attempts, delay_until, executor }: TaskSummary,
  { now, workers }: Surroundings,
) {
  const next = attempt > 0 ? `attempt ${attempt + 1} of ${max_attempts}` : "";
  const delayMs = delay_until === null ? 0 : Date.parse(delay_until) - now;
  if (delayMs > 0) return `waits for ${next || "its time"}, in ${formatDuration(delayMs)}`;
  const what = tellWorker(executor, workers);
  return next ? `waits for ${what}, ${next}` : `waits for ${what}`;
}

function tellWorker(executor: TaskSummary["executor"], workers: Surroundings["workers"]): string {
  if (workers === null) return "a worker";
  if (workers.length === 0) return "a worker: none lives";
  const able = workers.filter(({ executors }) => executor === null || executors.includes(executor));
  if (able.length === 0) return `a worker with ${executor}: none lives`;
  const slots = able.reduce((sum, worker) => sum + worker.slots, 0);
  const busy = able.reduce((sum, { tasks }) => sum + tasks.length, 0);
  return busy < slots ? "a worker" : `a free slot of ${slots}`;
}

function tellRun({ attempt, max_attempts, cancel_requested_at, worker }: TaskSummary): string {
  if (cancel_requested_at !== null) return "is being canceled";
  const where = worker ? `on ${cleanLine(worker.host)}` : "";
  return max_attempts > 1 ? `${where}, attempt ${attempt} of ${max_attempts}` : where;
}

/** The message has the signal already, where one ended the command by itself. */
function tellEnd({ message, reason, exit_code }: TaskSummary): string {
  return reason === "exit_code" && exit_code !== null ? `${message} (exit code ${exit_code})` : message;
}

const styles = {
  queued: "cyan",
  running: "blue",
  success: "green",
  failed: "red",
  canceled: "yellow",
} as const;

export function paintStatus(paint: Paint, status: TaskSummary["status"], text: string = status): string {
  return paint(styles[status], text);
}
