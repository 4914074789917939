import type { ApiMetrics } from "@host-runner/metrics";
import { Router } from "express";
import { onlyMethods } from "../problems.ts";

/** What Prometheus scrapes. */
export function metricsRoutes(metrics: ApiMetrics): Router {
  const router = Router();
  router
    .route("/")
    .get(async (_request, response) => {
      const { contentType, text } = await metrics.expose();
      response.set("Content-Type", contentType).send(text);
    })
    .all(onlyMethods("GET"));
  return router;
}
