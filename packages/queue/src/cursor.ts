import { createHash } from "node:crypto";
import { canonicalJson, invalidRequest } from "@host-runner/contracts";
import * as z from "zod";

const cursorSchema = z.tuple([z.string()], z.union([z.string(), z.number()]));

/**
 * A place in a list, opaque to callers: it carries a digest of the list's query, so that it is good for that query alone.
 * How long a page is does not belong to the query.
 */
export function formatCursor(query: object, place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([digestOf(query), ...place])).toString("base64url");
}

/** Throws `invalid` for what formatCursor has not made, or has made for another query. */
export function parseCursor<Place>(query: object, text: string, schema: z.ZodType<Place>): Place {
  const [digest, ...place] = read(text, cursorSchema);
  if (digest !== digestOf(query))
    throw refusal("is of another query: send that query's filters, or no cursor");
  const result = schema.safeParse(place);
  if (!result.success) throw refusal(UNKNOWN);
  return result.data;
}

function read<T>(text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
  } catch (cause) {
    throw refusal(UNKNOWN, cause);
  }
}

const UNKNOWN = "is none that this API has given; begin without one";

const refusal = (message: string, cause?: unknown) => invalidRequest([{ path: "cursor", message }], cause);

function digestOf(query: object): string {
  return createHash("sha256").update(canonicalJson(query)).digest("base64url").slice(0, 12);
}
