import { randomUUID } from "node:crypto";
import type { Logger } from "@host-runner/service";
import type { RequestHandler, Response } from "express";

/** Gives each request an id, in its answer and in the log, and logs how it went. */
export function traceRequests(log: Logger): RequestHandler {
  return (request, response, next) => {
    const requestId = randomUUID();
    response.locals.requestId = requestId;
    response.set("X-Request-Id", requestId);
    const start = performance.now();
    response.on("close", () => {
      const { method, originalUrl: url } = request;
      const { statusCode: status } = response;
      const ms = Math.round(performance.now() - start);
      // What went well is told by the workers, task by task.
      const level = status < 400 ? "debug" : "info";
      log[level]({ requestId, method, url, status, ms }, `${method} ${url} ${status}`);
    });
    next();
  };
}

export function requestIdOf(response: Response): string {
  return response.locals.requestId as string;
}
