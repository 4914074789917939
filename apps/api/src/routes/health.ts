import type { TaskQueue } from "@host-runner/queue";
import { Router } from "express";
import { onlyMethods } from "../problems.ts";

/** For probes; no token needed. Alive is not ready: without Redis it lives and can take nothing. */
export function healthRoutes(queue: TaskQueue): Router {
  const router = Router();
  for (const path of ["/health", "/healthz"]) {
    router
      .route(path)
      .get((_request, response) => {
        response.json({ status: "ok" });
      })
      .all(onlyMethods("GET"));
  }
  router
    .route("/readyz")
    .get(async (_request, response) => {
      await queue.checkWritable();
      response.json({ status: "ok" });
    })
    .all(onlyMethods("GET"));
  return router;
}
