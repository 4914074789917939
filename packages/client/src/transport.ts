import { ClientError, invalidArgument, toClientError } from "./client-error.ts";
import { createPatience, type RetryListener } from "./patience.ts";
import { createTimeLimit } from "./time-limit.ts";
import { toJson } from "./to-json.ts";

export interface TransportOptions {
  url: string;
  token: string | undefined;
  fetch: typeof fetch;
  patienceMs: number;
  onRetry: RetryListener | undefined;
}

export interface Call {
  method: "GET" | "POST";
  /** Its parts, as they are: they are encoded here. */
  path: readonly string[];
  query?: readonly (readonly [name: string, value: string | number | undefined])[];
  headers?: Record<string, string | undefined>;
  /** Goes as JSON. */
  body?: unknown;
  /** Whether doing it twice does no more than doing it once; then it is tried again where no answer came. */
  repeatable: boolean;
  /** How long the API may take at most by itself, because it was asked to wait. */
  waitSeconds?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Reads an answer that went well. `heard` is called for each part of it: a large one may take its time. */
export type Read<T> = (response: Response, heard: () => void) => Promise<T>;

/** The way to one API: addresses, token, errors and further tries. */
export interface Transport {
  /** Throws `ClientError` for every answer but one that went well. `read` gets that one. */
  call<T>(call: Call, read: Read<T>): Promise<T>;
  /** One try, without a limit in time but the signal's. */
  open(call: Omit<Call, "repeatable" | "waitSeconds">): Promise<Response>;
}

/** Silence beyond the time that it was asked to wait. A cancel takes 3 s by itself. */
const ANSWER_WITHIN_SECONDS = 30;

export function createTransport({ url, token, fetch, patienceMs, onRetry }: TransportOptions): Transport {
  const base = url.replace(/\/+$/, "");
  return { call, open };

  async function call<T>(call: Call, read: Read<T>): Promise<T> {
    const { repeatable, signal, waitSeconds = 0 } = call;
    const patience = createPatience({ patienceMs, repeatable, signal, onRetry });
    const seconds = waitSeconds + ANSWER_WITHIN_SECONDS;
    for (;;) {
      const limit = createTimeLimit(seconds * 1000, signal, `${base} did not answer within ${seconds} s`);
      try {
        const response = await open({ ...call, signal: limit.signal });
        return await read(response, limit.restart).catch((error) => {
          throw toFailure(error, limit.signal);
        });
      } catch (error) {
        await patience.bear(error);
      } finally {
        limit.dispose();
      }
    }
  }

  async function open({
    method,
    path,
    query = [],
    headers = {},
    body,
    signal,
  }: Parameters<Transport["open"]>[0]) {
    const address = base + encodePath(path) + encodeQuery(query);
    const content = body === undefined ? undefined : toJson(body);
    const given = Object.entries({
      ...headers,
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
    });
    const response = await fetch(address, {
      method,
      headers: given.filter((header): header is [string, string] => header[1] !== undefined),
      ...(content !== undefined && { body: content }),
      ...(signal && { signal }),
    }).catch((error) => {
      throw toFailure(error, signal);
    });
    if (response.ok) return response;
    throw await toRefusal(response);
  }

  /** What fetch or the reading of an answer throws. */
  function toFailure(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    if (error instanceof ClientError) return error;
    const reason = (error as Error | undefined)?.cause as { code?: string; message?: string } | undefined;
    const words = describeFailure[reason?.code ?? ""] ?? reason?.message ?? String((error as Error).message);
    return new ClientError("unreachable", `cannot reach ${base || "the API"}: ${words}`, {
      cause: error,
      neverArrived: reason?.code !== undefined && reason.code in describeFailure,
    });
  }
}

/** Node's codes for connections that never came to be. A browser tells none. */
const describeFailure: Record<string, string> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "its name cannot be resolved",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no network",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
};

async function toRefusal(response: Response): Promise<ClientError> {
  const { headers } = response;
  const after = Number(headers.get("Retry-After") ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(after) ? after : undefined;
  const text = await response.text().catch(() => "");
  if (headers.get("Content-Type")?.startsWith("application/problem+json")) {
    const problem = parseObject(text);
    if (problem) return toClientError(problem, retryAfterSeconds);
  }
  return unexpected(response, text, retryAfterSeconds);
}

/** The bytes of an answer, as they come. */
export async function* readChunks(
  { body }: Response,
  heard: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      yield value;
    }
  } finally {
    // Whoever stops in the middle closes the connection.
    reader.cancel().catch(() => {});
  }
}

/** Reads the JSON of an answer that went well. */
export async function readJson<T>(response: Response, heard: () => void): Promise<T> {
  const text = await readText(response, heard);
  const value = parseObject(text);
  if (value) return value as T;
  throw unexpected(response, text);
}

export async function readPlainText(response: Response, heard: () => void): Promise<string> {
  const text = await readText(response, heard);
  if (response.headers.get("Content-Type")?.startsWith("text/plain")) return text;
  throw unexpected(response, text);
}

async function readText(response: Response, heard: () => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of readChunks(response, heard)) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

/** Long enough to tell what it is, such as a proxy's page. */
const SHOWN_CHARACTERS = 200;

function unexpected({ status, url }: Response, text: string, retryAfterSeconds?: number): ClientError {
  const shown = text.replace(/\s+/g, " ").trim().slice(0, SHOWN_CHARACTERS);
  const words = shown ? `: ${shown}` : "";
  return new ClientError(
    "unexpected_answer",
    `${url} answered ${status}, and not as a host-runner API does${words}`,
    { status, retryAfterSeconds },
  );
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function encodePath(parts: readonly string[]): string {
  return parts
    .map((part) => {
      // fetch takes "." and ".." out of every path, encoded ones too.
      if (part === "" || part === "." || part === "..") {
        throw invalidArgument("id", `${JSON.stringify(part)} cannot stand in an address`);
      }
      if (!part.isWellFormed()) throw invalidArgument("id", "must be well-formed Unicode text");
      return `/${encodeURIComponent(part)}`;
    })
    .join("");
}

function encodeQuery(query: NonNullable<Call["query"]>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of query) if (value !== undefined) parameters.append(name, String(value));
  return parameters.size > 0 ? `?${parameters}` : "";
}
