import type { ErrorCode } from "@host-runner/contracts";
import type { z } from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from "zod-openapi";
import { describeRefusals } from "./refusals.ts";

/** In the order in which a reader meets them. */
export const tags = {
  Tasks: "Submit tasks, read them, cancel them, run them again.",
  Watching: "What a task writes, while it runs and afterwards.",
  Runs: "The tasks that share a `run_id`.",
  Callbacks: "What became of telling callers.",
  Fleet: "Who works, and who lives.",
} as const;

/** A call, as far as it is not the same for all. */
export interface Operation {
  id: string;
  tag: keyof typeof tags;
  summary: string;
  description?: string;
  /** Parameters, by where they stand. */
  path?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  /** Sent as JSON. */
  body?: z.ZodType;
  answers: Record<`2${string}`, ZodOpenApiResponseObject>;
  /** Beside those that its parts bring with them: see `refusalsOf`. */
  refusals?: ErrorCode[];
  /** Nobody needs a token for it. */
  isOpen?: boolean;
  /** It answers without Redis. */
  isLocal?: boolean;
}

export const get = (operation: Operation) => ({ get: describe(operation, "read") });
export const post = (operation: Operation) => ({ post: describe(operation, "write") });

/** An answer with one content type. */
export function answer(
  description: string,
  contentType: string,
  schema: z.ZodType,
  headers?: z.ZodObject,
): ZodOpenApiResponseObject {
  return { description, ...(headers && { headers }), content: { [contentType]: { schema } } };
}

export const json = (description: string, schema: z.ZodType, headers?: z.ZodObject) =>
  answer(description, "application/json", schema, headers);

function describe(operation: Operation, scope: "read" | "write"): ZodOpenApiOperationObject {
  const { id, tag, summary, description, path, query, headers, body, answers } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    // The empty one: an API without tokens asks for none.
    security: operation.isOpen ? [] : [{ bearer: [scope] }, {}],
    requestParams: {
      ...(path && { path }),
      ...(query && { query }),
      ...(headers && { header: headers }),
    },
    ...(body && { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: { ...answers, ...describeRefusals(refusalsOf(operation)) },
  };
}

function refusalsOf({ path, body, isOpen, isLocal, refusals = [] }: Operation): ErrorCode[] {
  return [
    ...(path || body ? ["malformed_request" as const] : []),
    ...(isOpen ? [] : ["unauthorized" as const]),
    "forbidden",
    ...(body ? (["payload_too_large", "unsupported_media_type", "invalid"] as const) : []),
    ...refusals,
    ...(isLocal ? [] : (["internal", "queue_unavailable"] as const)),
  ];
}
