import type { CallbackEntry } from "@host-runner/contracts";
import type { Redis } from "ioredis";
import * as z from "zod";
import { formatCursor, parseCursor } from "../cursor.ts";
import type { Keys } from "../keys.ts";
import { projectTask, type StoredSubmission } from "../project-task.ts";
import { parseJobId } from "../task-id.ts";
import { describeCallback, parseCallbacks } from "./stored-callback.ts";

export interface CallbackQuery {
  state: "pending" | "failed";
  limit: number;
  cursor?: string | undefined;
}

export interface CallbackPage {
  callbacks: CallbackEntry[];
  nextCursor: string | null;
}

/** How many are before the page. */
const cursorSchema = z.tuple([z.int().min(0)]);

const FIELDS = ["name", "data", "timestamp", "callbacks"] as const;

/**
 * The callbacks that are pending, or could not be delivered, execution by execution: those that failed the newest first,
 * pending ones by their next try.
 */
export async function listCallbacks(redis: Redis, keys: Keys, query: CallbackQuery): Promise<CallbackPage> {
  const list = { list: "callbacks", state: query.state };
  const [offset] = query.cursor === undefined ? [0] : parseCursor(list, query.cursor, cursorSchema);
  const jobIds =
    query.state === "failed"
      ? await redis.zrevrange(keys.callbacksFailed, offset, offset + query.limit - 1)
      : await firstInLines(redis, keys, offset, query.limit);
  const records = await Promise.all(jobIds.map((jobId) => redis.hmget(keys.recordOf(jobId), ...FIELDS)));
  const callbacks = records.flatMap((values, i) => {
    const fields = FIELDS.map((field, k) => [field, values[k]] as const);
    const record = Object.fromEntries(fields.filter(([, value]) => value !== null)) as Record<string, string>;
    if (record.name === undefined) return [];
    return entriesOf(record, parseJobId(jobIds[i]!).execution, query.state);
  });
  const isLast = jobIds.length < query.limit;
  return { callbacks, nextCursor: isLast ? null : formatCursor(list, [offset + query.limit]) };
}

/** Which executions the lines have at their head. */
async function firstInLines(redis: Redis, keys: Keys, offset: number, limit: number): Promise<string[]> {
  const lines = await redis.zrange(keys.callbacksDue, offset, String(offset + limit - 1));
  const heads = await Promise.all(lines.map((line) => redis.lindex(keys.callbackLine(line), 0)));
  return heads.filter((head) => head !== null).map((head) => head.split(" ")[0]!);
}

function entriesOf(
  record: Record<string, string>,
  execution: number,
  state: CallbackQuery["state"],
): CallbackEntry[] {
  const { task_id, run_id } = projectTask(record, execution);
  const { status_callback_url: url = "" } = JSON.parse(record.data ?? "{}") as StoredSubmission;
  // Of the URL, only where it leads: paths and queries carry tokens.
  const receiver = URL.canParse(url) ? new URL(url).origin : "";
  return (parseCallbacks(record) ?? [])
    .filter((callback) => callback.state === state)
    .map((callback) => ({ task_id, run_id, execution, receiver, ...describeCallback(callback) }));
}
