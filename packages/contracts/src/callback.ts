import * as z from "zod";
import { callbackStatuses, taskSchema } from "./task.ts";

const { shape: task } = taskSchema;

/** What is posted to `status_callback_url`, at an instant when it is true. Receivers ignore fields that they do not know. */
export const callbackBodySchema = z.object({
  task_id: task.task_id,
  run_id: task.run_id,
  status: z.enum(callbackStatuses),
  message: task.message,
  reason: task.reason,
  started_at: task.started_at,
  finished_at: task.finished_at,
  exit_code: task.exit_code,
  signal: task.signal,
  stdout: task.stdout,
  stderr: task.stderr,
  /** The same each time that this callback is sent, and that of no other: a receiver knows by it what it has had. */
  event_id: z.string(),
  execution: task.execution,
  attempt: task.attempt,
  /** Grows with each callback of the task, over all its executions. */
  seq: z.int().min(1),
});
export type CallbackBody = z.infer<typeof callbackBodySchema>;
