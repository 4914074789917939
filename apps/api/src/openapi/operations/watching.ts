import { taskEventSchema } from "@host-runner/contracts";
import * as z from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { outputQuerySchema } from "../../routes/output.ts";
import { answer, get } from "../operation.ts";
import { executionQuery, lastEventIdHeader, taskPath } from "../parameters.ts";

const outputHeaders = z.object({
  "X-Output-Offset": z
    .string()
    .optional()
    .meta({
      description: "The offset of the first byte in its stream (of stdout, where both are sent).",
      examples: ["1000"],
    }),
  "X-Output-Gap": z
    .string()
    .optional()
    .meta({
      description: "What is missing between, as `stream from-to`.",
      examples: ["stdout 2097152-5242880"],
    }),
});

export const watchingPaths: ZodOpenApiPathsObject = {
  "/tasks/{task_id}/events": get({
    id: "followTask",
    tag: "Watching",
    summary: "Follow a task as it runs",
    description:
      "Server-sent events until the task has ended: its status, its output in order, and `end` as the last. A reader that was cut goes on with the last `id` as Last-Event-ID, with no byte lost or doubled, at any API process. A comment is sent at once and every 15 s.",
    path: taskPath,
    query: executionQuery,
    headers: lastEventIdHeader,
    answers: {
      "200": answer(
        "The events. The schema is that of one event, its `data` parsed as JSON.",
        "text/event-stream",
        taskEventSchema,
      ),
      "204": { description: "The reader has seen the end: there is nothing more." },
    },
    refusals: ["not_found", "invalid"],
  }),
  "/tasks/{task_id}/output": get({
    id: "readOutput",
    tag: "Watching",
    summary: "Read what a task wrote",
    description:
      "The kept bytes of its last attempt, as they are. An answer that cannot be read to its end is cut before it.",
    path: taskPath,
    query: outputQuerySchema.extend(executionQuery.shape),
    answers: { "200": answer("The output.", "text/plain", z.string(), outputHeaders) },
    refusals: ["not_found", "invalid"],
  }),
};
