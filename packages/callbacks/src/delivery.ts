/**
 * What came of sending a callback once. `detail` is for people: it names the host, never the rest of the URL, the token
 * or what the receiver said.
 */
export type Delivery =
  | { kind: "delivered"; status: number }
  /** Sending it again would end in the same way. `status` is null where nothing was sent. */
  | { kind: "refused"; status: number | null; detail: string }
  /** To be tried again, and not before `retryAfterMs` where the receiver asked for that. `status` is null without an answer. */
  | { kind: "failed"; status: number | null; detail: string; retryAfterMs: number | null }
  /** The deadline had passed before the request was complete: no receiver has acted on it. */
  | { kind: "too-late" };
