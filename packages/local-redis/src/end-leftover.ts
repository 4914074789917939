import { readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LocalRedisError } from "./errors.ts";
import { identifyProcess, isAlive, isRunning } from "./process-identity.ts";

/** Redis writes its data out on SIGTERM. Longer than that it takes only where it hangs. */
const PATIENCE_MS = 15_000;

/**
 * Ends a server that still runs on the folder though its starter and its guard are gone: two on one
 * append-only file would destroy it. It is replaced, not adopted, so that its settings are this start's.
 */
export async function endLeftover(dir: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(dir, "redis.pid");
  const pid = readPid(pidFile);
  if (pid !== undefined && isAlive(pid) && runsIn(pid, dir)) {
    log(`A Redis of an earlier start (process ${pid}) still runs in ${dir}: ending it first.`);
    await endProcess(pid);
  }
  rmSync(pidFile, { force: true });
  rmSync(join(dir, "redis.sock"), { force: true });
}

async function endProcess(pid: number): Promise<void> {
  const identity = identifyProcess(pid);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      // Already gone, or not ours: the wait shows which.
    }
    const deadline = performance.now() + PATIENCE_MS;
    while (isRunning(identity) && performance.now() < deadline) await delay(20);
    if (!isRunning(identity)) return;
  }
  throw new LocalRedisError(
    "in_use",
    `the Redis with process id ${pid} does not end: end it, then start again`,
  );
}

/** The id may be another process's by now; the server's working directory is its folder. */
function runsIn(pid: number, dir: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dir);
  } catch (error) {
    // No /proc on this system: a pid file that is left over and a process with its id are enough.
    return (error as NodeJS.ErrnoException).code === "ENOENT" && process.platform !== "linux";
  }
}

function readPid(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8").trim()) || undefined;
  } catch {
    return undefined;
  }
}
