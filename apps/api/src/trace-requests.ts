import { randomUUID } from "node:crypto";
import type { ApiMetrics } from "@host-runner/metrics";
import type { Logger } from "@host-runner/service";
import type { Request, RequestHandler, Response } from "express";

/** Gives each request an id, in its answer and in the log, logs how it went and measures how long it took. */
export function traceRequests(log: Logger, metrics: ApiMetrics): RequestHandler {
  return (request, response, next) => {
    const requestId = randomUUID();
    response.locals.requestId = requestId;
    response.setHeader("X-Request-Id", requestId);
    const start = performance.now();
    response.on("close", () => {
      const { method, originalUrl: url } = request;
      const { statusCode: status } = response;
      const exactMs = performance.now() - start;
      metrics.observeRequest(routeOf(request, response), status, exactMs);
      const ms = Math.round(exactMs);
      // What went well is told by the workers, task by task.
      const level = status < 400 ? "debug" : "info";
      log[level]({ requestId, method, url, status, ms }, `${method} ${url} ${status}`);
    });
    next();
  };
}

/** Tells where a router is mounted, which Express forgets when an error leaves it. */
export function mountedAt(path: string): RequestHandler {
  return (_request, response, next) => {
    response.locals.mount = path;
    next();
  };
}

/** The pattern of the path that was asked for: there are as many as there are routes. */
function routeOf({ route }: Request, { locals }: Response): string {
  const pattern = (route as { path?: unknown } | undefined)?.path;
  const mount = locals.mount as string | undefined;
  if (typeof pattern !== "string") return mount ?? "unknown";
  return mount === undefined ? pattern : mount + (pattern === "/" ? "" : pattern);
}

export function requestIdOf(response: Response): string {
  return response.locals.requestId as string;
}
