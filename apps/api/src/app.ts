import { setMaxListeners } from "node:events";
import { type ApiToken, createRedactor } from "@host-runner/contracts";
import type { ApiMetrics } from "@host-runner/metrics";
import type { TaskQueue } from "@host-runner/queue";
import type { Logger } from "@host-runner/service";
import express, { type Express } from "express";
import { createAuthenticator } from "./authenticate.ts";
import { answerProblems, noSuchResource } from "./problems.ts";
import { refuseForeignSites } from "./refuse-foreign-sites.ts";
import { callbackRoutes } from "./routes/callbacks.ts";
import { descriptionRoutes, docsRoutes } from "./routes/docs.ts";
import { healthRoutes } from "./routes/health.ts";
import { lazily } from "./routes/lazily.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { runRoutes } from "./routes/runs.ts";
import { taskRoutes } from "./routes/tasks.ts";
import { workerRoutes } from "./routes/workers.ts";
import { mountedAt, traceRequests } from "./trace-requests.ts";

export interface AppOptions {
  queue: TaskQueue;
  /** Who may call. None: everybody who reaches it. */
  tokens: ApiToken[];
  maxPromptBytes: number;
  metrics: ApiMetrics;
  /** What the dashboard must not show, beside what looks like a secret. */
  secrets?: readonly string[];
  /** Aborted when the process stops. */
  stopping: AbortSignal;
  log: Logger;
}

/** The HTTP interface. Validates, enqueues, responds; everything that lasts is in the queue. */
export function createApp({
  queue,
  tokens,
  maxPromptBytes,
  metrics,
  secrets = [],
  stopping,
  log,
}: AppOptions): Express {
  // Every request that waits for something listens to it.
  setMaxListeners(0, stopping);
  const authenticator = createAuthenticator(tokens);
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.use(traceRequests(log, metrics));
  app.use((_request, response, next) => {
    // A connection that is kept alive would bring more requests to a process that is about to go.
    if (stopping.aborted) response.set("Connection", "close");
    next();
  });
  if (tokens.length === 0) app.use(refuseForeignSites);
  // First what is asked for most: each line before it is looked at for each request.
  app.use("/tasks", mountedAt("/tasks"), authenticator.api, taskRoutes({ queue, maxPromptBytes, stopping }));
  app.use(healthRoutes(queue, stopping));
  app.use("/openapi.json", mountedAt("/openapi.json"), authenticator.browser("read"), descriptionRoutes());
  app.use("/docs", mountedAt("/docs"), authenticator.browser("read"), docsRoutes());
  const loadDashboard = lazily(async () => {
    const { dashboardRoutes } = await import("./routes/dashboard.ts");
    return dashboardRoutes("/dashboard", queue, createRedactor(secrets));
  });
  app.use("/dashboard", mountedAt("/dashboard"), authenticator.browser("admin"), loadDashboard);
  app.use("/runs", mountedAt("/runs"), authenticator.api, runRoutes({ queue, stopping }));
  app.use("/workers", mountedAt("/workers"), authenticator.api, workerRoutes(queue));
  app.use("/callbacks", mountedAt("/callbacks"), authenticator.api, callbackRoutes(queue));
  app.use("/metrics", mountedAt("/metrics"), authenticator.api, metricsRoutes(metrics));
  app.use(authenticator.api, noSuchResource);
  app.use(answerProblems(log));
  return app;
}
