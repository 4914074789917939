import { invalidRequest, toFieldErrors } from "@host-runner/contracts";
import type { CallbackQuery, TaskQueue } from "@host-runner/queue";
import { Router } from "express";
import { z } from "zod";
import { onlyMethods } from "../problems.ts";
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
      const { callbacks, nextCursor } = await queue.callbacks(parseCallbackQuery(request.query));
      response.json({ callbacks, next_cursor: nextCursor });
    })
    .all(onlyMethods("GET"));
  return router;
}

function parseCallbackQuery(input: unknown): CallbackQuery {
  const result = callbackQuerySchema.safeParse(input);
  if (!result.success) throw invalidRequest(toFieldErrors(result.error));
  return result.data;
}
