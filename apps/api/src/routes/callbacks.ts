import type { TaskQueue } from "@host-runner/queue";
import { Router } from "express";
import * as z from "zod";
import { parseQuery } from "../parse-query.ts";
import { onlyMethods } from "../problems.ts";
import { sendJson } from "../send-json.ts";
import { pageCursor, pageLimit } from "./task-query.ts";

export const callbackQuerySchema = z.object({
  state: z.enum(["failed", "pending"]).optional().default("failed").meta({ description: "Which of them." }),
  limit: pageLimit,
  cursor: pageCursor,
});

/** The callbacks that are owed, or could not be delivered. */
export function callbackRoutes(queue: TaskQueue): Router {
  const router = Router();
  router
    .route("/")
    .get(async (request, response) => {
      const { callbacks, nextCursor } = await queue.callbacks(parseQuery(callbackQuerySchema, request.query));
      sendJson(response, { callbacks, next_cursor: nextCursor });
    })
    .all(onlyMethods("GET"));
  return router;
}
