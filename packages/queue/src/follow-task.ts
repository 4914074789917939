import { isEnded, type Task, type TaskSummary } from "@host-runner/contracts";
import type { Redis } from "ioredis";
import type { Hints } from "./hints.ts";
import type { Keys } from "./keys.ts";
import { reachingRedis } from "./queue-error.ts";
import { type OutputPiece, type OutputPosition, readOutput } from "./read-output.ts";
import { findTask } from "./read-tasks.ts";
import { jobIdOf } from "./task-id.ts";

/** What a follower sees: the task whenever it has changed, its output, and the end as the last. */
export type TaskEvent =
  | { kind: "status"; task: Task }
  | { kind: "output"; piece: OutputPiece }
  | { kind: "end"; task: Task };

export interface FollowOptions {
  /** Where the output goes on. */
  after: OutputPosition;
  /** Ends it, as does the end of the task. */
  signal: AbortSignal;
}

/** What is read ahead of a follower that is slow. */
const READ_AHEAD_BYTES = 256 * 1024;

/**
 * Follows one execution: its status now and at each change, its output from a position on, and its end, whoever
 * ends it. It reads on only when the last event has been taken, so a slow follower costs a bounded buffer.
 */
export async function* followTask(
  { redis, keys, hints }: { redis: Redis; keys: Keys; hints: Hints },
  task: Task,
  { after, signal }: FollowOptions,
): AsyncGenerator<TaskEvent> {
  const jobId = jobIdOf({ taskId: task.task_id, execution: task.execution });
  const outputChannel = keys.output(jobId);
  const watch = hints.watch([keys.changedChannel(jobId), outputChannel]);
  const purpose = `follow task ${task.task_id}`;
  let newest: Task | null = task;
  let position = after;
  let shown = "";
  try {
    for await (const hint of watch.hints(Number.POSITIVE_INFINITY, signal)) {
      // The status first: an end that is read before the output is an end after all of it. Where only output came there
      // is no need to read it.
      if (hint === "anything" || hint.some(({ channel }) => channel !== outputChannel)) {
        newest = await reachingRedis(purpose, () => findTask(redis, keys, task.task_id, task.execution));
        if (!newest) return;
      }
      if (!isEnded(newest.status) && fingerprint(newest) !== shown) {
        shown = fingerprint(newest);
        yield { kind: "status", task: newest };
      }
      for (;;) {
        const pieces = await reachingRedis(purpose, () =>
          readOutput(redis, keys, newest ?? task, position, READ_AHEAD_BYTES),
        );
        for (const piece of pieces) {
          if (signal.aborted) return;
          position = piece.after;
          yield { kind: "output", piece };
        }
        if (pieces.length === 0) break;
      }
      if (isEnded(newest.status)) {
        yield { kind: "status", task: newest };
        yield { kind: "end", task: newest };
        return;
      }
    }
  } finally {
    watch.close();
  }
}

/** What of a task is worth an event. */
export function fingerprint({ status, attempt, updated_at, message }: TaskSummary): string {
  return JSON.stringify([status, attempt, updated_at, message]);
}
