import { type Execution, summarize, type Task, type TaskSummary } from "@host-runner/contracts";
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { projectExecution, projectTask, type TaskRecord } from "./project-task.ts";
import { reachingRedis } from "./queue-error.ts";
import type { FlatRecord } from "./scripts.ts";
import { parseJobId } from "./task-id.ts";

/** How many records are read in one round trip: each may carry 128 KiB of output and more. */
const EXECUTIONS_PER_ROUND_TRIP = 20;

export function toRecord(flat: FlatRecord): TaskRecord {
  const record: TaskRecord = {};
  for (let i = 0; i < flat.length; i += 2) record[flat[i]!] = flat[i + 1]!;
  return record;
}

/** One round trip for a task that has run once, which is most of them. */
export async function findTask(
  redis: Redis,
  keys: Keys,
  taskId: string,
  execution?: number,
): Promise<Task | null> {
  const read = async (n: number) => {
    const record = await redis.hgetall(keys.record(taskId, n));
    return isRecord(record) ? projectTask(record, n) : null;
  };
  if (execution !== undefined) return read(execution);
  const [newest, first] = await Promise.all([redis.get(keys.newest(taskId)), read(1)]);
  return newest === null ? first : read(Number(newest));
}

/** All fields of a record but what the command wrote, and what only scripts need. */
const SUMMARY_FIELDS = [
  "name",
  "data",
  "opts",
  "timestamp",
  "processedOn",
  "lastStartedOn",
  "finishedOn",
  "cancelRequestedAt",
  "delayUntil",
  "pastAttempts",
  "outcome",
  "failedReason",
  "pb",
  "ats",
  "callbacks",
  "outputLost",
] as const;

/** One execution, by the id of its job, without what the command wrote; null where there is none. */
export async function readSummary(redis: Redis, keys: Keys, jobId: string): Promise<TaskSummary | null> {
  const values = await redis.hmget(keys.recordOf(jobId), ...SUMMARY_FIELDS);
  const given = SUMMARY_FIELDS.map((field, i) => [field, values[i]]).filter(([, value]) => value !== null);
  const record: TaskRecord = Object.fromEntries(given);
  if (!isRecord(record)) return null;
  return summarize(projectTask(record, parseJobId(jobId).execution));
}

/**
 * All executions of a task, newest first, at most 20 at a time. The oldest go first when their time is over, so they are
 * without a gap.
 */
export async function* pagesOfExecutions(
  redis: Redis,
  keys: Keys,
  taskId: string,
): AsyncGenerator<Execution[]> {
  const purpose = `read the executions of task ${taskId}`;
  let next = Number((await reachingRedis(purpose, () => redis.get(keys.newest(taskId)))) ?? 1);
  while (next > 0) {
    const numbers = Array.from({ length: Math.min(EXECUTIONS_PER_ROUND_TRIP, next) }, (_, i) => next - i);
    const records = await reachingRedis(purpose, () =>
      Promise.all(numbers.map((n) => redis.hgetall(keys.record(taskId, n)))),
    );
    const kept = records.filter(isRecord).map((record, i) => projectExecution(record, next - i));
    if (kept.length > 0) yield kept;
    if (kept.length < numbers.length) return;
    next -= numbers.length;
  }
}

function isRecord(record: TaskRecord): boolean {
  return record.name !== undefined;
}
