/** Tells of a job with nothing in between: node:http, HGETALL, and JSON. Redis: REDIS, queue: QUEUE. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";

const { REDIS = "", QUEUE = "" } = process.env;
const redis = new Redis(REDIS);

const server = createServer(async (request, response) => {
  const id = decodeURIComponent(request.url?.slice("/tasks/".length) ?? "");
  const record = await redis.hgetall(`bull:${QUEUE}:${id}`);
  const isThere = record.data !== undefined;
  response.writeHead(isThere ? 200 : 404, { "Content-Type": "application/json" });
  response.end(JSON.stringify(isThere ? toTask(record) : { detail: `task ${id} not found` }));
});

function toTask({ data = "{}", returnvalue = "null", ...record }: Record<string, string>) {
  return {
    ...JSON.parse(data),
    ...JSON.parse(returnvalue),
    status: statusOf(record),
    message: record.failedReason ?? null,
    attempt: Number(record.ats ?? 0),
    created_at: toTime(record.timestamp),
    started_at: toTime(record.processedOn),
    finished_at: toTime(record.finishedOn),
  };
}

function statusOf({ finishedOn, failedReason, processedOn }: Record<string, string>) {
  if (finishedOn) return failedReason ? "failed" : "success";
  return processedOn ? "running" : "queued";
}

function toTime(ms: string | undefined) {
  return ms ? new Date(Number(ms)).toISOString() : null;
}

server.listen(0, "127.0.0.1", () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on("disconnect", () => process.exit());
