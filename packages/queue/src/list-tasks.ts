import { defaultRunId, type TaskStatus, type TaskSummary } from "@host-runner/contracts";
import type { Redis } from "ioredis";
import * as z from "zod";
import { formatCursor, parseCursor } from "./cursor.ts";
import { inGroups } from "./in-groups.ts";
import type { Keys } from "./keys.ts";
import { readSummary } from "./read-tasks.ts";
import { readRedisClock } from "./redis-clock.ts";
import { jobIdOf, parseJobId } from "./task-id.ts";

export interface TaskQuery {
  status?: TaskStatus | undefined;
  runId?: string | undefined;
  labels?: [string, string][];
  /** Instants in ms since the epoch, exclusive. */
  createdAfter?: number | undefined;
  createdBefore?: number | undefined;
  limit: number;
  cursor?: string | undefined;
}

export interface TaskPage {
  tasks: TaskSummary[];
  /** Where the next page begins; null where there is none. A page may be short and have a next one. */
  nextCursor: string | null;
}

/** A page ends after so many entries were looked at, however few of them match. */
const MAX_LOOKED_AT = 2_000;

const CHUNK = 200;

/** Records that are read at the same time: each may hold a prompt of 1 MiB. */
const RECORDS_AT_A_TIME = 20;

/** As many waiting or running tasks are sorted in memory; of more, the list of all is looked through. */
const MAX_SORTED = 2_000;

/**
 * A page of tasks, newest first by submission. Pages are complete and without doubles while tasks come and go: each
 * task that was there when the first page was read, and is not removed meanwhile, is on exactly one of them.
 */
export async function listTasks(redis: Redis, keys: Keys, query: TaskQuery): Promise<TaskPage> {
  const cursor =
    query.cursor === undefined
      ? startCursor(query, await readRedisClock(redis))
      : toCursor(query, query.cursor);
  const list = await openList(redis, keys, query);
  const tasks: TaskSummary[] = [];
  let position = cursor;
  for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; ) {
    const entries = await list(position, CHUNK);
    for (const group of inGroups(entries, RECORDS_AT_A_TIME)) {
      const found = await readGroup(redis, keys, group, cursor.asOf);
      for (const [i, entry] of group.entries()) {
        if (query.createdAfter !== undefined && entry.createdAt <= query.createdAfter)
          return { tasks, nextCursor: null };
        position = { ...entry, asOf: cursor.asOf };
        const task = found[i];
        if (!task || !matches(task, query)) continue;
        tasks.push(task);
        if (tasks.length === query.limit) {
          const isLast = entry === entries.at(-1) && entries.length < CHUNK;
          return { tasks, nextCursor: isLast ? null : toText(query, position) };
        }
      }
    }
    if (entries.length < CHUNK) return { tasks, nextCursor: null };
    lookedAt += entries.length;
  }
  return { tasks, nextCursor: toText(query, position) };
}

/** A task's place in a list: by submission, then by name. */
export interface Entry {
  createdAt: number;
  jobId: string;
}

/** How far a list has been read: its last entry, and when its first page was read (ms since the epoch). */
interface Cursor extends Entry {
  asOf: number;
}

const cursorSchema = z.tuple([z.number(), z.string(), z.number()]);

function toCursor(query: TaskQuery, text: string): Cursor {
  const [createdAt, jobId, asOf] = parseCursor(filtersOf(query), text, cursorSchema);
  return { createdAt, jobId, asOf };
}

function toText(query: TaskQuery, { createdAt, jobId, asOf }: Cursor): string {
  return formatCursor(filtersOf(query), [createdAt, jobId, asOf]);
}

/** Which list a query asks for. The order of labels makes no difference. */
function filtersOf({ limit: _, cursor: __, labels = [], ...filters }: TaskQuery): object {
  return { list: "tasks", ...filters, labels: labels.map(([key, value]) => `${key}:${value}`).sort() };
}

/** Reads the entries that come after a position. */
type List = (after: Entry, count: number) => Promise<Entry[]>;

function startCursor({ createdBefore }: TaskQuery, asOf: number): Cursor {
  // Nothing sorts before the empty name: everything from the instant before on.
  return {
    createdAt: createdBefore === undefined ? Number.MAX_SAFE_INTEGER : createdBefore,
    jobId: "",
    asOf,
  };
}

/** The shortest list that has all that may match. */
async function openList(redis: Redis, keys: Keys, { status, runId, labels = [] }: TaskQuery): Promise<List> {
  if (runId?.startsWith(defaultRunId(""))) return ownRunList(redis, keys, runId);
  const lists = [
    ...(runId === undefined ? [] : [keys.runList(runId)]),
    ...labels.map(([key, value]) => keys.labelList(key, value)),
    ...(status === "success" || status === "failed" || status === "canceled" ? [keys.endedList(status)] : []),
  ];
  if (lists.length > 0) {
    const lengths = await Promise.all(lists.map((list) => redis.zcard(list)));
    return storedList(redis, lists[lengths.indexOf(Math.min(...lengths))]!);
  }
  const few = status === "running" || status === "queued" ? await fewIn(redis, keys, status) : null;
  return few ? sortedList(redis, keys, few) : storedList(redis, keys.allList);
}

const storedList =
  (redis: Redis, key: string): List =>
  async ({ createdAt, jobId }, count) => {
    const entries: Entry[] = [];
    // Entries of one millisecond are sorted by name; those up to the position are passed over.
    for (let offset = 0; entries.length < count; ) {
      const flat = await redis.zrevrangebyscore(key, createdAt, "-inf", "WITHSCORES", "LIMIT", offset, count);
      for (let i = 0; i < flat.length; i += 2) {
        const entry = { jobId: flat[i]!, createdAt: Number(flat[i + 1]) };
        if (comesAfter(entry, { createdAt, jobId }) && entries.length < count) entries.push(entry);
      }
      if (flat.length < count * 2) break;
      offset += count;
    }
    return entries;
  };

async function fewIn(redis: Redis, keys: Keys, status: "queued" | "running"): Promise<string[] | null> {
  const all =
    status === "running"
      ? await redis.lrange(keys.active, 0, MAX_SORTED)
      : (
          await Promise.all([
            redis.zrange(keys.prioritized, 0, String(MAX_SORTED)),
            redis.zrange(keys.delayed, 0, String(MAX_SORTED)),
          ])
        ).flat();
  return all.length > MAX_SORTED ? null : all;
}

/**
 * The tasks that were submitted with a run's name, and the one task that has this run without being asked for it: that
 * one stands in no list of the run.
 */
async function ownRunList(redis: Redis, keys: Keys, runId: string): Promise<List> {
  const taskId = runId.slice(defaultRunId("").length);
  const execution = Number((await redis.get(keys.newest(taskId))) ?? 1);
  const jobId = jobIdOf({ taskId, execution });
  const named = storedList(redis, keys.runList(runId));
  const own = sortedList(redis, keys, [jobId]);
  return async (after, count) => {
    const [entries, [ownEntry]] = await Promise.all([named(after, count), own(after, 1)]);
    if (!ownEntry || entries.some((entry) => entry.jobId === jobId)) return entries;
    return [...entries, ownEntry].sort(byPlace).slice(0, count);
  };
}

/** A list of a few jobs. */
function sortedList(redis: Redis, keys: Keys, jobIds: string[]): List {
  return async (after, count) => {
    const scores = jobIds.length > 0 ? await redis.zmscore(keys.allList, ...jobIds) : [];
    return jobIds
      .map((jobId, i) => ({ jobId, createdAt: Number(scores[i] ?? Number.NaN) }))
      .filter((entry) => comesAfter(entry, after))
      .sort(byPlace)
      .slice(0, count);
  };
}

const byPlace = (a: Entry, b: Entry) => (comesAfter(a, b) ? 1 : -1);

/** Newest first, and among those of one millisecond as Redis sorts names backwards, by their bytes. */
function comesAfter(entry: Entry, position: Entry): boolean {
  if (entry.createdAt !== position.createdAt) return entry.createdAt < position.createdAt;
  return entry.jobId < position.jobId;
}

/** Tasks by their jobs, of each task the newest execution alone; null where it is gone or a newer one stands for it. */
export async function readSummaries(
  redis: Redis,
  keys: Keys,
  jobIds: string[],
): Promise<(TaskSummary | null)[]> {
  const summaries: (TaskSummary | null)[] = [];
  for (const group of inGroups(jobIds, RECORDS_AT_A_TIME)) {
    const entries = group.map((jobId) => ({ jobId, createdAt: 0 }));
    summaries.push(...(await readGroup(redis, keys, entries, Number.POSITIVE_INFINITY)));
  }
  return summaries;
}

/** Null where the entry is gone, or a newer execution of its task stands for it. */
async function readGroup(
  redis: Redis,
  keys: Keys,
  entries: Entry[],
  asOf: number,
): Promise<(TaskSummary | null)[]> {
  return Promise.all(
    entries.map(async ({ jobId }) => {
      const { encodedId, execution } = parseJobId(jobId);
      const [summary, newest] = await Promise.all([
        readSummary(redis, keys, jobId),
        redis.get(keys.newestOf(encodedId)),
      ]);
      if (!summary) return null;
      if (Number(newest ?? execution) > execution) {
        const next = await redis.hget(keys.recordOf(`task-${encodedId}@${execution + 1}`), "timestamp");
        // One that came after the first page was read is on none of these pages.
        if (next !== null && Number(next) <= asOf) return null;
      }
      return summary;
    }),
  );
}

function matches(task: TaskSummary, { status, runId, labels = [], createdBefore }: TaskQuery): boolean {
  return (
    (status === undefined || task.status === status) &&
    (runId === undefined || task.run_id === runId) &&
    (createdBefore === undefined || Date.parse(task.created_at) < createdBefore) &&
    labels.every(([key, value]) => task.labels?.[key] === value)
  );
}
