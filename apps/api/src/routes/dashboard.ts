import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { ExpressAdapter } from "@bull-board/express";
import type { TaskQueue } from "@host-runner/queue";
import { Router } from "express";
import { onlyMethods } from "../problems.ts";

/** Bull Board over the queue, read-only: whoever may look must not be able to change by it. */
export function dashboardRoutes(basePath: string, bullmq: TaskQueue["bullmq"]): Router {
  const server = new ExpressAdapter();
  server.setBasePath(basePath);
  const adapter = new BullMQAdapter(bullmq, { readOnlyMode: true });
  adapter.setFormatter("data", withoutSecrets);
  createBullBoard({
    queues: [adapter],
    serverAdapter: server,
    options: { uiConfig: { boardTitle: "host-runner" } },
  });
  const router = Router();
  // Its own read-only mode hides the buttons, and refuses most of what they would do, but not all.
  router.use((request, response, next) => {
    if (request.method === "GET" || request.method === "HEAD") next();
    else onlyMethods("GET")(request, response, next);
  });
  router.use(server.getRouter() as Router);
  return router;
}

function withoutSecrets(data: unknown): unknown {
  if (typeof data !== "object" || data === null || !("status_callback_token" in data)) return data;
  return { ...data, status_callback_token: "[REDACTED]" };
}
