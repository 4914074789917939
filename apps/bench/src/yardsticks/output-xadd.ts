/**
 * Runs `cat` on the file that it is told of, appends what comes to a capped stream, 4 MiB of it at most, and tells how
 * long that took. Redis: REDIS.
 */
import { spawn } from "node:child_process";
import { Redis } from "ioredis";

const redis = new Redis(process.env.REDIS ?? "");

async function run(path: string) {
  const start = performance.now();
  const key = `output-${start}`;
  const child = spawn("cat", [path], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((resolve, reject) => child.on("error", reject).on("exit", resolve));
  // A chunk from a pipe has 64 KiB at most; the next one is read when Redis has it.
  for await (const chunk of child.stdout) await redis.xadd(key, "MAXLEN", "~", 64, "*", "d", chunk);
  await exited;
  process.send?.({ seconds: (performance.now() - start) / 1000 });
}

process.on("message", run);
process.on("disconnect", () => process.exit());
console.log("ready");
