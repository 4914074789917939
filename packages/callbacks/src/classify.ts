import type { Delivery } from "./delivery.ts";

/** Answers that a later try may change: a receiver that restarts has no routes yet (404), or is overloaded (429). */
const RETRIED = [404, 408, 425, 429];

/** What an answer's status says of the callback. */
export function classify(status: number): Exclude<Delivery["kind"], "too-late"> {
  if (status >= 200 && status < 300) return "delivered";
  return status >= 500 || RETRIED.includes(status) ? "failed" : "refused";
}
