import { isUtf8 } from "node:buffer";
import { HostRunnerError } from "@host-runner/contracts";
import express, { type NextFunction, type Request, type RequestHandler } from "express";

/** Reads a JSON body of at most `maxBytes`. Throws the refusals of the contract. */
export function readJsonBody({ maxBytes }: { maxBytes: number }): RequestHandler {
  const parseAny = express.json({
    type: () => true,
    strict: false,
    limit: maxBytes,
    verify: (_request, _response, body) => assertText(body),
  });
  return (request, response, next) => {
    if (isPlain(request, maxBytes)) return readPlain(request, next);
    if (request.is(["application/json", "+json"]) === false) {
      const given = request.headers["content-type"] ?? "none";
      throw new HostRunnerError(
        "unsupported_media_type",
        `send Content-Type: application/json, not ${given}`,
      );
    }
    parseAny(request, response, (error?: unknown) => {
      next(error ?? (request.body === undefined ? emptyBody() : undefined));
    });
  };
}

/** Whether it comes as nearly all do: not compressed, in UTF-8, and with its length told before. */
function isPlain({ headers }: Request, maxBytes: number): boolean {
  return (
    headers["content-type"] === "application/json" &&
    headers["content-encoding"] === undefined &&
    Number(headers["content-length"]) <= maxBytes
  );
}

/** What Express' parser does with such a body, at a fraction of its cost. */
function readPlain(request: Request, next: NextFunction): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("aborted", () => next(new HostRunnerError("malformed_request", "the body was cut off")));
  request.on("end", () => {
    try {
      request.body = parse(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    } catch (error) {
      return next(error);
    }
    next();
  });
}

function parse(body: Buffer): unknown {
  assertText(body);
  const text = body.toString();
  try {
    return JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (error) {
    throw new HostRunnerError("malformed_request", `the body is not JSON: ${(error as Error).message}`);
  }
}

function assertText(body: Buffer): void {
  if (body.length === 0) throw emptyBody();
  // Decoding would put U+FFFD in the place of such bytes, and run another prompt than was sent.
  if (!isUtf8(body)) throw new HostRunnerError("malformed_request", "the body is not valid UTF-8");
}

function emptyBody(): HostRunnerError {
  return new HostRunnerError("malformed_request", "the body is empty: send JSON");
}
