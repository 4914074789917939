import * as z from "zod";
import type { ErrorCode, FieldError } from "./words.ts";

interface HostRunnerErrorOptions {
  cause?: unknown;
  errors?: FieldError[];
  retryAfterSeconds?: number;
}

/** A failure of host-runner or a refusal by it, never that of a command. The message is for callers. */
export class HostRunnerError extends Error {
  override readonly name = "HostRunnerError";
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: HostRunnerErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The refusal of a request for what is wrong with its fields, all of them at once. */
export function invalidRequest(errors: FieldError[], cause?: unknown): HostRunnerError {
  const message = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");
  return new HostRunnerError("invalid", message, { errors, cause });
}

/** What a schema found wrong, field by field. */
export function toFieldErrors(error: z.ZodError | undefined): FieldError[] {
  return (error?.issues ?? []).map(({ path, message }) => ({ path: path.join("."), message }));
}

export const problemSchema = z
  .object({
    type: z.string().meta({
      description: "Ends in the error's code.",
      examples: ["urn:host-runner:problem:not_found"],
    }),
    title: z.string().meta({ examples: ["Not found"] }),
    status: z.int().meta({ description: "The HTTP status.", examples: [404] }),
    detail: z.string().meta({
      description: "What is wrong, and what to do about it, for people.",
      examples: ["task greeting not found"],
    }),
    instance: z.string().meta({ description: "The path that was asked for.", examples: ["/tasks/greeting"] }),
    errors: z
      .array(
        z.object({
          path: z.string().meta({ description: "The field, dotted; empty for the whole of it." }),
          message: z.string(),
        }),
      )
      .optional()
      .meta({ description: "With 422: everything that is wrong with the request." }),
  })
  .meta({ id: "Problem", description: "The body of every error answer (RFC 9457)." });
export type Problem = z.infer<typeof problemSchema>;
