/**
 * The only place that knows BullMQ, Redis, keys and Lua.
 */
export type { Holder } from "./holder.ts";
export type { TaskPage, TaskQuery, TaskSummary } from "./list-tasks.ts";
export type { Log } from "./log.ts";
export type { Retention } from "./prune-ended.ts";
export {
  type LeasedTask,
  startTaskConsumer,
  type TaskConsumer,
  type TaskConsumerOptions,
  type TaskHandler,
} from "./task-consumer.ts";
export {
  type Idempotency,
  openTaskQueue,
  type Submitted,
  type TaskQueue,
  type TaskQueueOptions,
} from "./task-queue.ts";
