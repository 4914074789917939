import type { TaskQueue } from "@host-runner/queue";
import { Router } from "express";
import { onlyMethods } from "../problems.ts";
import { sendJson } from "../send-json.ts";

/** Who lives, where, with which executors, slots and tasks. */
export function workerRoutes(queue: TaskQueue): Router {
  const router = Router();
  router
    .route("/")
    .get(async (_request, response) => {
      sendJson(response, { workers: await queue.workers() });
    })
    .all(onlyMethods("GET"));
  return router;
}
