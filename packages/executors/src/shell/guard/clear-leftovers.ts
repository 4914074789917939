import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, readPidScope, readStat } from "../containment/proc.ts";
import { type SilentAfterMs, sweep } from "./guard.ts";
import { judgeFolder } from "./judge-folder.ts";
import { parseWorkerRecord } from "./worker-record.ts";

/** Stops what dead workers of this host and user left running, and removes their folders. Touches nothing else. */
export async function clearLeftovers(stateDir: string): Promise<void> {
  const pidScope = readPidScope();
  await Promise.all(
    readdirSync(stateDir).map((workerKey) => clearFolder(workerKey, join(stateDir, workerKey), pidScope)),
  );
}

/** Between two looks: what is left is to be gone before other workers take its tasks over, a lease after its worker's death. */
const SHORTEST_LOOK_MS = 300;
const LONGEST_LOOK_MS = 1_000;

/**
 * Does it again and again, until it is stopped: a worker whose guard was killed as well may have no successor, or a
 * slow one. Each time it also restores this worker's own folders: a later worker could not find them otherwise.
 */
export function keepClearingLeftovers(
  stateDir: string,
  silentAfterMs: SilentAfterMs,
  restoreFolders: () => void,
): { stop(): void } {
  const lookMs = Math.max(SHORTEST_LOOK_MS, Math.min((silentAfterMs ?? Infinity) / 6, LONGEST_LOOK_MS));
  let clearing = false;
  const timer = setInterval(async () => {
    if (clearing) return;
    clearing = true;
    try {
      restoreFolders();
      await clearLeftovers(stateDir);
    } catch {
      // The state folder itself may be taken away, or its disk be full; the next look tells.
    }
    clearing = false;
  }, lookMs).unref();
  return { stop: () => clearInterval(timer) };
}

async function clearFolder(workerKey: string, folder: string, pidScope: string | null): Promise<void> {
  const record = parseWorkerRecord(read(join(folder, "worker")));
  const stat = record && livingStat(record.pid);
  switch (judgeFolder({ record, pidScope, startTimeNow: stat?.startTime ?? null })) {
    case "leave":
      return;
    case "remove":
      for (const path of [record!.fifos, folder]) rmSync(path, { recursive: true, force: true });
      return;
    case "sweep": {
      // Its own guard may be at it: a second SIGTERM means "at once" to many programs.
      while (guardLives(folder)) await delay(20);
      if (read(join(folder, "worker")) === "") return;
      const { gracePeriodMs, fifos, cgroup } = record!;
      await sweep({ workerKey, folder, gracePeriodMs, fifos, cgroup });
    }
  }
}

function guardLives(folder: string): boolean {
  const [pid, startTime] = read(join(folder, "guard")).split(" ");
  return pid !== undefined && startTime !== undefined && livingStat(Number(pid))?.startTime === startTime;
}

function livingStat(pid: number) {
  const stat = readStat(pid);
  return stat && isAlive(stat) ? stat : null;
}

/** Empty where there is none: it may be removed at any moment. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
