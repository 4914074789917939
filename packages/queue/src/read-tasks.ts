import type { Task } from "@host-runner/contracts";
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { projectTask, type TaskRecord } from "./project-task.ts";
import type { FlatRecord } from "./scripts.ts";

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
  const read = async (n: number) => projectExisting(await redis.hgetall(keys.record(taskId, n)), n);
  if (execution !== undefined) return read(execution);
  const [newest, first] = await Promise.all([redis.get(keys.newest(taskId)), read(1)]);
  return newest === null ? first : read(Number(newest));
}

/** Newest first. The oldest go first when their time is over, so they are without a gap. */
export async function findExecutions(redis: Redis, keys: Keys, taskId: string): Promise<Task[]> {
  const executions: Task[] = [];
  let next = Number((await redis.get(keys.newest(taskId))) ?? 1);
  while (next > 0) {
    const numbers = Array.from({ length: Math.min(EXECUTIONS_PER_ROUND_TRIP, next) }, (_, i) => next - i);
    const tasks = await Promise.all(numbers.map((n) => findTask(redis, keys, taskId, n)));
    const kept = tasks.filter((task) => task !== null);
    executions.push(...kept);
    if (kept.length < tasks.length) break;
    next -= numbers.length;
  }
  return executions;
}

function projectExisting(record: TaskRecord, execution: number): Task | null {
  return record.name === undefined ? null : projectTask(record, execution);
}
