import { z } from "zod";
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

/** The body of every error answer: application/problem+json (RFC 9457). */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
