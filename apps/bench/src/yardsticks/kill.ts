import type { ChildProcess } from "node:child_process";
import type { Redis } from "ioredis";

/** Cancels a command with nothing in between: notes the wish in Redis, kills, waits for the exit, notes the end. */
export async function killAndNote(redis: Redis, task: string, child: ChildProcess): Promise<void> {
  await redis.hset(task, "cancelRequestedAt", Date.now());
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exited;
  await redis.hset(task, "finishedOn", Date.now(), "status", "canceled");
}
