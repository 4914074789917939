import { createRequire } from "node:module";
import { dirname } from "node:path";
import { createBullBoard } from "@bull-board/api";
import { ExpressAdapter } from "@bull-board/express";
import type { Redactor } from "@host-runner/contracts";
import type { TaskQueue } from "@host-runner/queue";
import { Router } from "express";
import { TaskBoard } from "../dashboard/task-board.ts";
import { onlyMethods } from "../problems.ts";
import { ownContentOnly } from "./own-content-only.ts";

/** Bull Board over the queue, read-only: whoever may look must not be able to change by it. */
export function dashboardRoutes(basePath: string, queue: TaskQueue, redactor: Redactor): Router {
  const server = new ExpressAdapter();
  server.setBasePath(basePath);
  createBullBoard({
    queues: [new TaskBoard(queue, redactor)],
    serverAdapter: server,
    options: {
      uiBasePath: dirname(createRequire(import.meta.url).resolve("@bull-board/ui/package.json")),
      uiConfig: {
        boardTitle: "host-runner",
        hideDocsLink: true,
        miscLinks: [{ text: "API", url: "/docs" }],
      },
    },
  });
  const router = Router();
  // Its own read-only mode hides the buttons, and refuses most of what they would do, but not all.
  router.use((request, response, next) => {
    if (request.method === "GET" || request.method === "HEAD") next();
    else onlyMethods("GET")(request, response, next);
  });
  // Its page asks for a font of another site, and waits for it where there is no way out.
  router.use(ownContentOnly);
  router.use(server.getRouter() as Router);
  return router;
}
