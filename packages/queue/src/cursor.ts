import { invalidRequest } from "@host-runner/contracts";
import * as z from "zod";

const cursorSchema = z.tuple([z.number(), z.string(), z.number()]);

/** How far a list has been read: its last entry, and when its first page was read (ms since the epoch). */
export interface Cursor {
  createdAt: number;
  jobId: string;
  asOf: number;
}

/** Opaque to callers. */
export function formatCursor({ createdAt, jobId, asOf }: Cursor): string {
  return Buffer.from(JSON.stringify([createdAt, jobId, asOf])).toString("base64url");
}

/** Throws `invalid` for what formatCursor has not made. */
export function parseCursor(text: string): Cursor {
  try {
    const [createdAt, jobId, asOf] = cursorSchema.parse(
      JSON.parse(Buffer.from(text, "base64url").toString()),
    );
    return { createdAt, jobId, asOf };
  } catch (cause) {
    const message = "is none that this API has given; begin without one";
    throw invalidRequest([{ path: "cursor", message }], cause);
  }
}
