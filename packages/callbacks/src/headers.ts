import type { OutgoingHttpHeaders } from "node:http";
import { createRequire } from "node:module";
import type { CallbackRequest } from "./callback-sender.ts";
import type { ReceiverUrl } from "./receiver-url.ts";
import { sign } from "./sign.ts";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

interface SignedRequest
  extends Pick<CallbackRequest, "token" | "eventId">,
    Pick<ReceiverUrl, "authorization"> {
  body: Buffer;
  /** When it is sent, in ms since the epoch. */
  now: number;
}

/** Everything that a receiver is told beside the body. */
export function createHeaders(request: SignedRequest, secrets: readonly string[]): OutgoingHttpHeaders {
  const { token, eventId, authorization, body, now } = request;
  return {
    "Content-Type": "application/json",
    "Content-Length": body.length,
    "User-Agent": `host-runner/${version}`,
    ...(token !== null && { "X-Runner-Token": token }),
    ...(authorization !== null && { Authorization: authorization }),
    ...(secrets.length > 0 && signature()),
  };

  function signature() {
    const timestamp = Math.floor(now / 1000);
    return {
      "webhook-id": eventId,
      "webhook-timestamp": timestamp,
      "webhook-signature": sign({ id: eventId, timestamp, body }, secrets),
    };
  }
}
