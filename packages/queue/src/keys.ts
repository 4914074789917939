import { createHash } from "node:crypto";
import type { EndedStatus } from "@host-runner/contracts";
import { encodeTaskId, jobIdOf } from "./task-id.ts";

/** BullMQ's prefix. The braces put all keys into one slot of a Redis Cluster, which the scripts need. */
export const BULLMQ_PREFIX = "{hr}";

/** The lists beside that of all in which a task is looked for, as the scripts take them. */
export function listSuffixes(runId: string | undefined, labels: Record<string, string> | undefined): string {
  const ofLabels = Object.entries(labels ?? {}).map(([key, value]) => labelListSuffix(key, value));
  return [...(runId === undefined ? [] : [runListSuffix(runId)]), ...ofLabels].join(" ");
}

const runListSuffix = (runId: string) => `list:run:${encodeTaskId(runId)}`;
const labelListSuffix = (key: string, value: string) => `list:label:${encodeTaskId(`${key}=${value}`)}`;

export type Keys = ReturnType<typeof createKeys>;

/** All keys of one queue. Nothing else builds a key, but for the scripts, which get the two prefixes. */
export function createKeys(queue: string) {
  const bullmq = `${BULLMQ_PREFIX}:${queue}:`;
  // Outside of BullMQ's own name space: its clean-up deletes what it does not know there.
  const own = `${BULLMQ_PREFIX}.${queue}:`;
  return {
    prefixes: [bullmq, own] as const,
    record: (taskId: string, execution: number) => bullmq + jobIdOf({ taskId, execution }),
    recordOf: (jobId: string) => bullmq + jobId,
    /** What idle workers block on: a member in it wakes one of them. */
    marker: `${bullmq}marker`,
    active: `${bullmq}active`,
    /** The line of waiting tasks; BullMQ's list `wait` stays empty. */
    prioritized: `${bullmq}prioritized`,
    delayed: `${bullmq}delayed`,
    newest: (taskId: string) => `${own}newest:${encodeTaskId(taskId)}`,
    newestOf: (encodedId: string) => `${own}newest:${encodedId}`,
    allList: `${own}list:all`,
    endedList: (status: EndedStatus) => `${own}list:${status}`,
    runList: (runId: string) => own + runListSuffix(runId),
    labelList: (key: string, value: string) => own + labelListSuffix(key, value),
    /** The caller's key may be anything, and belongs to that caller. */
    idempotency: (caller: string, key: string) =>
      `${own}idempotency:${createHash("sha256").update(`${caller}\0${key}`).digest("base64url")}`,
    /** The name of a worker's connection, by which BullMQ and its dashboard find the workers of a queue. */
    workerConnection: (id: string) => `${BULLMQ_PREFIX}:${Buffer.from(queue).toString("base64")}:w:${id}`,
    /** Holds nothing: a user of Redis is asked about its rights here. */
    accessCheck: `${own}access-check`,
    /** Lines of callbacks by the time of their next try, executions with one that failed, and a task's line. */
    callbacksDue: `${own}callbacks-due`,
    callbacksFailed: `${own}callbacks-failed`,
    callbackLine: (encodedId: string) => `${own}callbacks:${encodedId}`,
    /** A message on it says that a callback is owed. */
    callbacksChannel: `${own}callbacks`,
    cancelChannel: `${own}cancel`,
    /** A message on it says that the execution has started, waits again, is to be canceled or has ended. */
    changedChannel: (jobId: string) => `${own}changed:${jobId}`,
    /** A message on it names an execution of the run of which the same is true, or that is new. */
    runChannel: (runId: string) => `${own}changed-in:${encodeTaskId(runId)}`,
    /** The execution's output, and the channel that tells of more. */
    output: (jobId: string) => `${own}output:${jobId}`,
  };
}
