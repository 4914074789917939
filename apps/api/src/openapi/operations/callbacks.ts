import { callbackPageSchema, taskSchema } from "@host-runner/contracts";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { callbackQuerySchema } from "../../routes/callbacks.ts";
import { get, json, post } from "../operation.ts";
import { locationHeader, taskPath } from "../parameters.ts";

export const callbackPaths: ZodOpenApiPathsObject = {
  "/callbacks": get({
    id: "listCallbacks",
    tag: "Callbacks",
    summary: "List the callbacks that could not be delivered, or are owed",
    query: callbackQuerySchema,
    answers: { "200": json("A page of them.", callbackPageSchema) },
    refusals: ["invalid"],
  }),
  "/tasks/{task_id}/callbacks/redeliver": post({
    id: "redeliverCallback",
    tag: "Callbacks",
    summary: "Send a task's last callback again, which could not be delivered",
    description:
      "With the same `event_id`. Those before it stay as they are: what they said is no longer true.",
    path: taskPath,
    answers: { "202": json("The task.", taskSchema, locationHeader) },
    refusals: ["not_found", "conflict"],
  }),
};
