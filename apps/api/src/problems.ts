import {
  type ErrorCode,
  errorCatalogue,
  HostRunnerError,
  type Problem,
  problemType,
} from "@host-runner/contracts";
import type { Logger } from "@host-runner/service";
import type { ErrorRequestHandler, RequestHandler } from "express";
import { requestIdOf } from "./trace-requests.ts";

export const noSuchResource: RequestHandler = (request) => {
  throw new HostRunnerError("not_found", `there is no ${request.originalUrl.split("?")[0]}`);
};

/** For the end of a route: the path is there, the method is not. */
export function onlyMethods(...allowed: string[]): RequestHandler {
  return (request, response) => {
    response.set("Allow", allowed.join(", "));
    throw new HostRunnerError(
      "method_not_allowed",
      `${request.method} is not possible here: ${allowed.join(", ")}`,
    );
  };
}

/** Answers every error as application/problem+json. A fault of ours tells no internals, but where to look. */
export function answerProblems(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const refusal = toRefusal(error);
    const requestId = requestIdOf(response);
    if (!refusal) log.error({ err: error, requestId }, "a request failed inside host-runner");
    else if (refusal.code === "queue_unavailable")
      log.warn({ err: refusal.cause, requestId }, refusal.message);
    // The client has the beginning of another answer already.
    if (response.headersSent) return next(error);

    const answered = refusal ?? internalError(requestId);
    const { retryAfterSeconds } = answered;
    if (retryAfterSeconds !== undefined) response.set("Retry-After", String(retryAfterSeconds));
    const problem = toProblem(answered, request.originalUrl);
    response.status(problem.status).type("application/problem+json").send(JSON.stringify(problem));
  };
}

/** A refusal as a problem; rethrows what is none, for it is a fault of ours. */
export function toProblem(error: unknown, instance: string): Problem {
  if (!(error instanceof HostRunnerError)) throw error;
  const { code, message, errors } = error;
  const { status, title } = errorCatalogue[code];
  return { type: problemType(code), title, status, detail: message, instance, ...(errors && { errors }) };
}

function internalError(requestId: string): HostRunnerError {
  return new HostRunnerError(
    "internal",
    `something failed inside host-runner; its log has request ${requestId}`,
  );
}

/** Statuses that Express and its body parser put on their errors. */
const refusedByExpress: Record<number, ErrorCode> = {
  400: "malformed_request",
  413: "payload_too_large",
  415: "unsupported_media_type",
};

function toRefusal(error: unknown): HostRunnerError | null {
  if (error instanceof HostRunnerError) return error.code === "internal" ? null : error;
  if (!(error instanceof Error)) return null;
  const { status } = error as Error & { status?: number };
  const code = status === undefined ? undefined : refusedByExpress[status];
  if (!code) return null;
  return new HostRunnerError(code, error.message, { cause: error });
}
