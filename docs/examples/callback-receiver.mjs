/**
 * Receives callbacks of host-runner, with nothing but Node:
 *   CALLBACK_SECRET=... PORT=48000 node docs/examples/callback-receiver.mjs
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const TOLERANCE_SECONDS = 300;

const { CALLBACK_SECRET: secret, PORT = "48000" } = process.env;
if (!secret) throw new Error("CALLBACK_SECRET is not set: give it the workers' HOST_RUNNER_CALLBACK_SECRET");
const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);

/** Yours is in a database, and is written in the same transaction as what the callback changes there. */
const received = new Set();

const server = createServer((request, response) => {
  receive(request)
    .then((status) => response.writeHead(status).end())
    // It was broken off, and will come again.
    .catch(() => response.destroy());
});
server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`receiving callbacks at http://127.0.0.1:${server.address().port}/`);
});

async function receive(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) return 413;
  // The bytes as they came: parsed and written again, they would be others.
  const body = Buffer.concat(chunks);
  if (!isSigned(request.headers, body)) return 401;
  const { event_id, task_id, execution, status, message } = JSON.parse(body);
  if (!received.has(event_id)) {
    received.add(event_id);
    console.log(`${task_id} (execution ${execution}): ${status}, ${message}`);
  }
  // Only now: what was answered with 2xx is never sent again.
  return 204;
}

/** Whether somebody who knows the secret sent this body, a short while ago. */
function isSigned(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures = "" } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < TOLERANCE_SECONDS)) return false;
  const expected = Buffer.from(
    `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64")}`,
  );
  // Several, while the workers have an old and a new secret.
  return signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
