import { runSchema } from "@host-runner/contracts";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { get, json, post } from "../operation.ts";
import { runPath } from "../parameters.ts";

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
    description: "Waits up to 3 s for their processes to be gone.",
    path: runPath,
    answers: { "200": json("Its counts and tasks after that.", runSchema) },
    refusals: ["not_found"],
  }),
};
