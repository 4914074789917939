/**
 * The data of the server-sent events of GET /tasks/{id}/events, by the event's name.
 */
import { z } from "zod";
import { taskSummarySchema } from "./answers.ts";
import { endedStatuses, outputStreams } from "./words.ts";

/** A piece of a stream, of one attempt. Offsets count bytes of the stream from 0 in each attempt. */
const piece = { stream: z.enum(outputStreams), attempt: z.int().min(1) };

export const eventSchemas = {
  /** The task as it is now. */
  status: taskSummarySchema,
  /** What was written. */
  output: z.object({ ...piece, offset: z.int(), text: z.string() }),
  /** Bytes that are not kept. */
  gap: z.object({ ...piece, from: z.int(), to: z.int() }),
  /** Always the last. */
  end: z.object({ status: z.enum(endedStatuses), execution: z.int() }),
} as const;

export type EventName = keyof typeof eventSchemas;
export type EventData<Name extends EventName> = z.infer<(typeof eventSchemas)[Name]>;
