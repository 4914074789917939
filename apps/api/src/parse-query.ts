import { invalidRequest, toFieldErrors } from "@host-runner/contracts";
import type { z } from "zod";

/** Checks a query. Throws `invalid` with every problem found. */
export function parseQuery<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (!result.success) throw invalidRequest(toFieldErrors(result.error));
  return result.data;
}
