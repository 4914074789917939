/**
 * The bare worker: takes jobs, does nothing, and keeps them when they are done, with OUTPUT_BYTES of output.
 * Redis: REDIS, queue: QUEUE, jobs at a time: CONCURRENCY.
 */
import { Worker } from "bullmq";
import { Redis } from "ioredis";

const { REDIS = "", QUEUE = "", CONCURRENCY = "4", OUTPUT_BYTES = "0" } = process.env;
const stdout = "x".repeat(Number(OUTPUT_BYTES));
const connection = new Redis(REDIS, { maxRetriesPerRequest: null });
const work = async () => ({ exit_code: 0, signal: null, stdout, stderr: "" });

const worker = new Worker(QUEUE, work, { connection, concurrency: Number(CONCURRENCY) });
await worker.waitUntilReady();
console.log("ready");
process.on("disconnect", () => process.exit());
