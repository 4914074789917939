import type { Task } from "@host-runner/contracts";
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { projectTask, type TaskRecord } from "./project-task.ts";
import { parseJobId } from "./task-id.ts";

/** How an execution stands: the fields of a task that come neither from its submission nor from its output. */
const STANDING = [
  ...(["task_id", "status", "message", "reason", "execution", "attempt", "max_attempts"] as const),
  ...(["created_at", "started_at", "finished_at", "cancel_requested_at"] as const),
  ...(["exit_code", "signal", "stdout_bytes", "stderr_bytes", "worker"] as const),
] as const;
export type Standing = Pick<Task, (typeof STANDING)[number]>;

/** What a dashboard lists of an execution. Small, whatever was submitted and written. */
export interface BoardJob {
  id: string;
  standing: Standing;
  /** BullMQ's options of the job, and its own fields, in ms. */
  opts: object;
  timestamp: number;
  processedOn: number | undefined;
  delay: number;
}

/** Not `data` and not the output: each may have megabytes, and a dashboard asks every few seconds. */
const FIELDS = [
  ...(["name", "opts", "timestamp", "delay", "processedOn", "lastStartedOn", "finishedOn"] as const),
  ...(["cancelRequestedAt", "delayUntil", "pastAttempts", "outcome", "failedReason", "pb", "ats"] as const),
] as const;

/** An execution by the id of its job; null where there is none. */
export async function readBoardJob(redis: Redis, keys: Keys, jobId: string): Promise<BoardJob | null> {
  const values = await redis.hmget(keys.recordOf(jobId), ...FIELDS);
  const given = FIELDS.map((field, i) => [field, values[i]]).filter(([, value]) => value !== null);
  const record: TaskRecord = Object.fromEntries(given);
  if (record.name === undefined) return null;
  const task = projectTask(record, parseJobId(jobId).execution);
  return {
    id: jobId,
    standing: Object.fromEntries(STANDING.map((name) => [name, task[name]])) as unknown as Standing,
    opts: JSON.parse(record.opts ?? "{}"),
    timestamp: Number(record.timestamp),
    processedOn: record.processedOn === undefined ? undefined : Number(record.processedOn),
    delay: Number(record.delay ?? 0),
  };
}
