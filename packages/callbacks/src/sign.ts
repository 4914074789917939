/**
 * Signatures as https://www.standardwebhooks.com has them.
 */
import { createHmac } from "node:crypto";

interface SignedMessage {
  /** The same each time the message is sent. */
  id: string;
  /** When it is sent this time, in seconds. */
  timestamp: number;
  body: string | Uint8Array;
}

/** The value of `webhook-signature`: one signature for each secret, so that a receiver which knows any of them is content. */
export function sign({ id, timestamp, body }: SignedMessage, secrets: readonly string[]): string {
  return secrets.map((secret) => `v1,${hmac(keyOf(secret))}`).join(" ");

  function hmac(key: Buffer): string {
    return createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  }
}

const PREFIX = "whsec_";

function keyOf(secret: string): Buffer {
  return secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), "base64") : Buffer.from(secret);
}
