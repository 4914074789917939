import { runEventSchema, runSchema } from "@host-runner/contracts";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { answer, get, json, post } from "../operation.ts";
import { lastEventIdHeader, runPath } from "../parameters.ts";

export const runPaths: ZodOpenApiPathsObject = {
  "/runs/{run_id}": get({
    id: "getRun",
    tag: "Runs",
    summary: "How the tasks of a run stand",
    path: runPath,
    answers: { "200": json("Its counts and tasks.", runSchema) },
    refusals: ["not_found"],
  }),
  "/runs/{run_id}/cancel": post({
    id: "cancelRun",
    tag: "Runs",
    summary: "Cancel all tasks of a run that have not ended",
    description: "Once all of them are asked to end, it waits up to 3 s for their processes to be gone.",
    path: runPath,
    answers: { "200": json("Its counts and tasks after that.", runSchema) },
    refusals: ["not_found"],
  }),
  "/runs/{run_id}/events": get({
    id: "followRun",
    tag: "Runs",
    summary: "Follow the statuses of all tasks of a run",
    description:
      "Server-sent events: each task at once and whenever it changes, those too that are submitted meanwhile; `end` when all have ended. Who comes back is told each task again. A comment is sent at once and every 15 s.",
    path: runPath,
    headers: lastEventIdHeader,
    answers: {
      "200": answer(
        "The events. The schema is that of one event, its `data` parsed as JSON.",
        "text/event-stream",
        runEventSchema,
      ),
      "204": { description: "The reader has seen the end, and nothing of the run has begun since." },
    },
    refusals: ["not_found"],
  }),
};
