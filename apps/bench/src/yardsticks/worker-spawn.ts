/**
 * The worker that one would write: spawns COMMAND for each job, with pipes, and keeps exit code and output as the
 * job's result. Redis: REDIS, queue: QUEUE, jobs at a time: CONCURRENCY.
 */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { Worker } from "bullmq";
import { Redis } from "ioredis";

const { REDIS = "", QUEUE = "", CONCURRENCY = "4", COMMAND = "" } = process.env;
const [file = "", ...args] = COMMAND.split(" ");
const connection = new Redis(REDIS, { maxRetriesPerRequest: null });

const worker = new Worker(QUEUE, run, { connection, concurrency: Number(CONCURRENCY) });
await worker.waitUntilReady();
console.log("ready");
process.on("disconnect", () => process.exit());

async function run() {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<{ exit_code: number | null; signal: string | null }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit_code, signal) => resolve({ exit_code, signal }));
  });
  const [exit, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { ...exit, stdout, stderr };
}
