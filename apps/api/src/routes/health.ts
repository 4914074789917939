import { HostRunnerError } from "@host-runner/contracts";
import type { TaskQueue } from "@host-runner/queue";
import { Router } from "express";
import { onlyMethods } from "../problems.ts";
import { sendJson } from "../send-json.ts";

/** For probes; no token needed. Alive is not ready: without Redis, or while it stops, it is to be asked nothing. */
export function healthRoutes(queue: TaskQueue, stopping: AbortSignal): Router {
  const router = Router();
  for (const path of ["/health", "/healthz"]) {
    router
      .route(path)
      .get((_request, response) => {
        sendJson(response, { status: "ok" });
      })
      .all(onlyMethods("GET"));
  }
  router
    .route("/readyz")
    .get(async (_request, response) => {
      if (stopping.aborted)
        throw new HostRunnerError("queue_unavailable", "this API is stopping: ask another one", {
          retryAfterSeconds: 1,
        });
      await queue.checkWritable();
      sendJson(response, { status: "ok" });
    })
    .all(onlyMethods("GET"));
  return router;
}
