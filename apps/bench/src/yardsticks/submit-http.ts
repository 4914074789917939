/** Takes submissions with nothing in between: node:http, zod, and `queue.add`. Redis: REDIS, queue: QUEUE. */
import { randomUUID } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { submission } from "./submission.ts";

const { REDIS = "", QUEUE = "" } = process.env;
const queue = new Queue(QUEUE, { connection: new Redis(REDIS) });
await queue.waitUntilReady();

const server = createServer(async (request, response) => {
  if (request.method !== "POST" || request.url !== "/tasks") return answer(response, 404, {});
  const { success, data, error } = submission.safeParse(await json(request).catch(() => null));
  if (!success) return answer(response, 422, { errors: error.issues });
  const { task_id = randomUUID(), ...rest } = data;
  const task = { task_id, run_id: `task-${task_id}`, ...rest };
  const { timestamp } = await queue.add("task", task, { jobId: `task-${task_id}` });
  const created_at = new Date(timestamp).toISOString();
  answer(response, 202, { ...task, status: "queued", created_at }, { Location: `/tasks/${task_id}` });
});

function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
}

server.listen(0, "127.0.0.1", () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on("disconnect", () => process.exit());
