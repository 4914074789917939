import { isUtf8 } from "node:buffer";
import {
  findJsonFlaws,
  HostRunnerError,
  invalidRequest,
  type JsonFlaw,
  MAX_FLAWS,
} from "@host-runner/contracts";
import express, { type NextFunction, type Request, type RequestHandler } from "express";

interface JsonBodyOptions {
  maxBytes: number;
  /** Whether what the body has at a place is used. */
  isKept: (path: readonly (string | number)[]) => boolean;
}

/** Reads a JSON body. Throws the refusals of the contract. */
export function readJsonBody({ maxBytes, isKept }: JsonBodyOptions): RequestHandler {
  const readAny = express.raw({ type: () => true, limit: maxBytes });
  return (request, response, next) => {
    const finish = (body: Buffer) => parseBody(request, next, body, isKept);
    if (isPlain(request, maxBytes)) return readPlain(request, next, finish);
    assertJsonInUtf8(request);
    readAny(request, response, (error?: unknown) => {
      if (error) next(error);
      else finish(request.body instanceof Buffer ? request.body : Buffer.alloc(0));
    });
  };
}

const flaws = new WeakMap<Request, JsonFlaw[]>();

/** What the body of a request says and its value does not: in nearly all requests nothing. */
export function flawsOf(request: Request): readonly JsonFlaw[] {
  return flaws.get(request) ?? [];
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
function readPlain(request: Request, next: NextFunction, finish: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("aborted", () => next(new HostRunnerError("malformed_request", "the body was cut off")));
  request.on("end", () => finish(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
}

function assertJsonInUtf8(request: Request): void {
  const type = request.headers["content-type"] ?? "none";
  if (request.is(["application/json", "+json"]) === false) {
    throw new HostRunnerError("unsupported_media_type", `send Content-Type: application/json, not ${type}`);
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type)?.[1] ?? "utf-8";
  if (!/^utf-?8$/i.test(charset)) {
    throw new HostRunnerError("unsupported_media_type", `send JSON in UTF-8, not in ${charset}`);
  }
}

function parseBody(
  request: Request,
  next: NextFunction,
  body: Buffer,
  isKept: JsonBodyOptions["isKept"],
): void {
  let refusal: unknown;
  try {
    const text = decode(body);
    request.body = parse(text);
    const found = findJsonFlaws(text, isKept);
    // There may be more, in any part of the body.
    if (found.length >= MAX_FLAWS) {
      throw invalidRequest(found.map(({ path, message }) => ({ path: path.join("."), message })));
    }
    if (found.length > 0) flaws.set(request, found);
  } catch (error) {
    refusal = error;
  }
  next(refusal);
}

function decode(body: Buffer): string {
  if (body.length === 0) throw new HostRunnerError("malformed_request", "the body is empty: send JSON");
  // Decoding would put U+FFFD in the place of such bytes, and run another prompt than was sent.
  if (!isUtf8(body)) throw new HostRunnerError("malformed_request", "the body is not valid UTF-8");
  const text = body.toString();
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HostRunnerError("malformed_request", `the body is not JSON: ${(error as Error).message}`);
  }
}
