import { taskStatuses } from "@host-runner/contracts";
import type { TaskQuery } from "@host-runner/queue";
import * as z from "zod";
import { parseQuery } from "../parse-query.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const instant = z.iso
  .datetime({ offset: true, error: "must be a time such as 2026-01-31T08:15:00Z" })
  .transform((text) => Date.parse(text));

/** `label=key:value`; a value may have colons of its own. */
const label = z
  .string()
  .regex(/^[^:]+:/, "must be key:value")
  .transform((text): [string, string] => {
    const colon = text.indexOf(":");
    return [text.slice(0, colon), text.slice(colon + 1)];
  });

/** How much of a list is asked for at a time. */
export const pageLimit = z
  .string()
  .regex(/^\d{1,4}$/, "must be a number")
  .transform(Number)
  .pipe(z.int().min(1).max(MAX_LIMIT))
  .optional()
  .default(DEFAULT_LIMIT)
  .meta({
    description: "Entries on a page.",
    // Text in a query, and described as the number that it stands for.
    override: {
      ...{ type: "integer", pattern: undefined },
      ...{ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
    },
  });

export const pageCursor = z
  .string()
  .optional()
  .meta({ description: "`next_cursor` of the page before, with the same filters." });

export const taskQuerySchema = z.object({
  status: z.enum(taskStatuses).optional(),
  run_id: z.string().optional(),
  label: z
    .union([label.transform((one) => [one]), z.array(label)])
    .optional()
    .default([])
    .meta({
      description: "`key:value`, and several times for several labels.",
      examples: [["team:infra"]],
      override: { type: "array", items: { type: "string", pattern: "^[^:]+:" }, anyOf: undefined },
    }),
  created_after: instant.optional().meta({ description: "Submitted after this instant." }),
  created_before: instant.optional().meta({ description: "Submitted before this instant." }),
  limit: pageLimit,
  cursor: pageCursor,
  pool: z.never("is not supported yet; leave it out").optional(),
});

/** Checks the query of GET /tasks. Throws `invalid` with every problem found. */
export function parseTaskQuery(input: unknown): TaskQuery {
  const {
    run_id,
    label,
    created_after,
    created_before,
    pool: _,
    ...rest
  } = parseQuery(taskQuerySchema, input);
  return {
    ...rest,
    runId: run_id,
    labels: label,
    createdAfter: created_after,
    createdBefore: created_before,
  };
}
