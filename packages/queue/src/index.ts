/**
 * The only place that knows BullMQ, Redis, keys and Lua.
 */

export type { CallbackVerdict, DeliverCallback, DueCallback } from "./callbacks/dispatch-callbacks.ts";
export type { CallbackPage, CallbackQuery } from "./callbacks/list-callbacks.ts";
export { examineRedis, type RedisExamination } from "./examine-redis.ts";
export type { RunEvent } from "./follow-run.ts";
export type { FollowOptions, TaskEvent } from "./follow-task.ts";
export type { Holder } from "./holder.ts";
export { inGroups } from "./in-groups.ts";
export type { TaskPage, TaskQuery } from "./list-tasks.ts";
export type { Log } from "./log.ts";
export type { OutputWriter } from "./output-writer.ts";
export type { Retention } from "./prune-ended.ts";
export type { QueueDepth } from "./queue-depth.ts";
export type { BoardJob, Standing } from "./read-board-job.ts";
export { type OutputPart, type OutputPiece, type OutputPosition, startOfOutput } from "./read-output.ts";
export type { LeasedTask, TaskHandler } from "./run-attempt.ts";
export {
  startTaskConsumer,
  type TaskConsumer,
  type TaskConsumerOptions,
} from "./task-consumer.ts";
export {
  type Idempotency,
  openTaskQueue,
  type Submitted,
  type TaskQueue,
  type TaskQueueOptions,
} from "./task-queue.ts";
export { countByStatus } from "./told-tasks.ts";
export type { Observe, Transition } from "./transition.ts";
