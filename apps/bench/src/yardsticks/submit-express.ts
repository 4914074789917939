/** Takes submissions the usual way: Express, its JSON parser, zod, and `queue.add`. Redis: REDIS, queue: QUEUE. */
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Queue } from "bullmq";
import express from "express";
import { Redis } from "ioredis";
import { submission } from "./submission.ts";

const { REDIS = "", QUEUE = "" } = process.env;
const queue = new Queue(QUEUE, { connection: new Redis(REDIS) });
await queue.waitUntilReady();

const app = express();
app.use(express.json({ limit: "7mb" }));
app.post("/tasks", async (request, response) => {
  const { success, data, error } = submission.safeParse(request.body);
  if (!success) {
    response.status(422).json({ errors: error.issues });
    return;
  }
  const { task_id = randomUUID(), ...rest } = data;
  const task = { task_id, run_id: `task-${task_id}`, ...rest };
  const { timestamp } = await queue.add("task", task, { jobId: `task-${task_id}` });
  response
    .status(202)
    .location(`/tasks/${task_id}`)
    .json({ ...task, status: "queued", created_at: new Date(timestamp).toISOString() });
});

const server = app.listen(0, "127.0.0.1", () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on("disconnect", () => process.exit());
