import { type ErrorCode, errorCatalogue, problemSchema } from "@host-runner/contracts";
import * as z from "zod";
import type { ZodOpenApiResponseObject } from "zod-openapi";

const retryAfter = z.object({
  "Retry-After": z.string().meta({ description: "When to try again, in seconds.", examples: ["5"] }),
});

/** What each refusal means to a caller, and the headers that come with it. */
const meanings: Record<ErrorCode, { description: string; headers?: z.ZodObject }> = {
  malformed_request: { description: "The body is no JSON or no UTF-8, or the path cannot be decoded." },
  unauthorized: {
    description: "No token, or one that is not known.",
    headers: z.object({ "WWW-Authenticate": z.string().meta({ description: "What to send." }) }),
  },
  forbidden: {
    description: "The token's scope is not enough; or, without tokens, a web page of another site asks.",
  },
  not_found: { description: "There is no such task, execution or run." },
  method_not_allowed: {
    description: "The path has other methods.",
    headers: z.object({ Allow: z.string().meta({ description: "Those that it has." }) }),
  },
  conflict: { description: "The task has not ended." },
  payload_too_large: { description: "The body is larger than is taken." },
  unsupported_media_type: { description: "The body is not said to be JSON." },
  invalid: { description: "Something of the request is wrong: `errors` names each field." },
  queue_full: {
    description: "More than HOST_RUNNER_MAX_QUEUED tasks wait. Nothing was done.",
    headers: retryAfter,
  },
  internal: {
    description:
      "A fault of host-runner. Its log has the request's id, which is also in the answer's X-Request-Id.",
  },
  queue_unavailable: {
    description: "Redis is away or takes no writes: told within 2 s. Nothing was half done.",
    headers: retryAfter,
  },
};

/** The answer for each code, by its status: application/problem+json. The same object for the same code. */
const responses = Object.fromEntries(
  Object.entries(errorCatalogue).map(([code, { title }]) => {
    const { description, headers } = meanings[code as ErrorCode];
    const response = {
      id: title.replaceAll(/ (\w)/g, (_, letter: string) => letter.toUpperCase()),
      description,
      ...(headers && { headers }),
      content: { "application/problem+json": { schema: problemSchema } },
    };
    return [code, response];
  }),
) as unknown as Record<ErrorCode, ZodOpenApiResponseObject>;

export function describeRefusals(codes: ErrorCode[]): Record<`4${string}`, ZodOpenApiResponseObject> {
  return Object.fromEntries(codes.map((code) => [errorCatalogue[code].status, responses[code]]));
}
