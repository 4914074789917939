/**
 * What the API answers beside a task: lists, runs, workers, events.
 */
import * as z from "zod";
import { problemSchema } from "./errors.ts";
import { executionSchema, type Task, taskCallbackSchema, taskSchema, workerSchema } from "./task.ts";
import { endedStatuses, outputStreams, taskStatuses } from "./words.ts";

export const healthSchema = z.object({ status: z.literal("ok") }).meta({ id: "Health" });
export type Health = z.infer<typeof healthSchema>;

export const taskSummarySchema = taskSchema
  .omit({ stdout: true, stderr: true })
  .meta({ id: "TaskSummary", description: "A task without what it wrote." });
export type TaskSummary = z.infer<typeof taskSummarySchema>;

/** The task without what it wrote. */
export function summarize({ stdout: _, stderr: __, ...summary }: TaskSummary & Partial<Task>): TaskSummary {
  return summary;
}

export const taskPageSchema = z
  .object({
    tasks: z.array(taskSummarySchema).meta({ description: "Newest first." }),
    next_cursor: z.string().nullable().meta({
      description:
        "The `cursor` of the next page; null after the last one. A page may be short, or empty, and have a next one.",
    }),
  })
  .meta({ id: "TaskPage" });
export type TaskPage = z.infer<typeof taskPageSchema>;

export const batchAnswerSchema = z
  .object({
    tasks: z.array(z.union([taskSchema, problemSchema])).meta({
      description: "For each submission, in order, its task, or the problem that it was refused with.",
    }),
  })
  .meta({ id: "BatchAnswer" });
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;

export const executionsAnswerSchema = z
  .object({ executions: z.array(executionSchema).meta({ description: "All that are kept, newest first." }) })
  .meta({ id: "ExecutionsAnswer" });
export type ExecutionsAnswer = z.infer<typeof executionsAnswerSchema>;

export const runSchema = z
  .object({
    run_id: z.string(),
    counts: z
      .record(z.enum(taskStatuses), z.int().min(0))
      .meta({ description: "How many of its tasks stand where." }),
    tasks: z.array(taskSummarySchema).meta({ description: "Newest first." }),
  })
  .meta({ id: "Run" });
export type Run = z.infer<typeof runSchema>;

export const callbackEntrySchema = taskCallbackSchema
  .extend({
    task_id: z.string(),
    run_id: z.string(),
    execution: z.int().min(1),
    receiver: z.string().meta({
      description: "Where it goes, without path and query.",
      examples: ["http://localhost:48000"],
    }),
  })
  .meta({ id: "CallbackEntry" });
export type CallbackEntry = z.infer<typeof callbackEntrySchema>;

export const callbackPageSchema = z
  .object({
    callbacks: z.array(callbackEntrySchema).meta({
      description: "Those that failed, the newest first; pending ones by their next try.",
    }),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: "The `cursor` of the next page; null after the last one." }),
  })
  .meta({ id: "CallbackPage" });
export type CallbackPage = z.infer<typeof callbackPageSchema>;

export const workersAnswerSchema = z
  .object({ workers: z.array(workerSchema).meta({ description: "Those that live, the longest first." }) })
  .meta({ id: "WorkersAnswer" });
export type WorkersAnswer = z.infer<typeof workersAnswerSchema>;

const stream = z.enum(outputStreams);
const attempt = z.int().min(1);
const bytes = z.int().min(0);

/** A server-sent event, its `data` parsed. */
const eventOf = <N extends string, T extends z.ZodType>(name: N, data: T) =>
  z.object({
    event: z.literal(name),
    id: z.string().meta({
      description: "Sent back as Last-Event-ID, the stream goes on behind this event.",
      examples: ["1.1.7.1024.0"],
    }),
    data,
  });

export const statusEventSchema = eventOf("status", taskSummarySchema).meta({
  id: "StatusEvent",
  description: "The task as it stands: at once, and at each change.",
});

export const outputEventSchema = eventOf(
  "output",
  z.object({
    stream,
    offset: bytes.meta({ description: "Where it begins in its stream, in bytes from 0 in each attempt." }),
    text: z.string(),
    attempt,
  }),
).meta({ id: "OutputEvent", description: "What was written, in the order of both streams together." });

export const gapEventSchema = eventOf("gap", z.object({ stream, from: bytes, to: bytes, attempt })).meta({
  id: "GapEvent",
  description: "Bytes that were written and are not kept.",
});

export const endEventSchema = eventOf(
  "end",
  z.object({ status: z.enum(endedStatuses), execution: z.int().min(1) }),
).meta({ id: "EndEvent", description: "The last event, whoever ended the task." });

/** What GET /tasks/{id}/events sends. */
export const taskEventSchema = z.discriminatedUnion("event", [
  statusEventSchema,
  outputEventSchema,
  gapEventSchema,
  endEventSchema,
]);
export type SentTaskEvent = z.infer<typeof taskEventSchema>;

/** What GET /runs/{run_id}/events sends. Only the end has an id. */
export const runEventSchema = z.discriminatedUnion("event", [
  z.object({ event: z.literal("status"), data: taskSummarySchema }).meta({
    id: "RunStatusEvent",
    description: "A task of the run as it stands: at once, and at each change.",
  }),
  z
    .object({
      event: z.literal("end"),
      id: z.literal("end"),
      data: z.object({ counts: runSchema.shape.counts }),
    })
    .meta({ id: "RunEndEvent", description: "The last event: all tasks that are known have ended." }),
]);
export type SentRunEvent = z.infer<typeof runEventSchema>;
