import { type ExecutorName, type Worker as WorkerStatus, workerSchema } from "@host-runner/contracts";
import { type Log, logFault } from "./log.ts";
import { readRedisClock } from "./redis-clock.ts";
import type { ScriptRunner } from "./run-script.ts";
import { announceWorker, listWorkers as listWorkersScript } from "./scripts.ts";

const ANNOUNCE_MS = 5_000;

/** A worker that has not been heard of for so long is not told of: it has missed two words, or died. */
const SILENT_MS = 15_000;

interface AnnouncedWorker {
  id: string;
  host: string;
  pid: number;
  executors: ExecutorName[];
  slots: number;
}

/** Tells every few seconds that this worker lives and what it runs, until it is stopped. */
export function startAnnouncing(
  runner: ScriptRunner,
  worker: () => AnnouncedWorker,
  runningTasks: () => string[],
  log: Log,
): { stop(): Promise<void> } {
  let since: string | null = null;
  const announce = async (gone: boolean) => {
    if (runner.redis.status !== "ready") return;
    try {
      since ??= new Date(await readRedisClock(runner.redis)).toISOString();
      const status: WorkerStatus = { ...worker(), pools: [], tasks: runningTasks(), since };
      await announceWorker(runner, {
        id: status.id,
        gone,
        silentMs: SILENT_MS,
        status: JSON.stringify(status),
      });
    } catch (error) {
      logFault(log, error, "telling that this worker lives failed; trying again");
    }
  };
  const timer = setInterval(announce, ANNOUNCE_MS, false);
  announce(false);
  return {
    async stop() {
      clearInterval(timer);
      await announce(true);
    },
  };
}

/** The workers that live, the longest first. */
export async function listWorkers(runner: ScriptRunner): Promise<WorkerStatus[]> {
  const texts = await listWorkersScript(runner, { silentMs: SILENT_MS });
  return texts
    .flatMap((text) => (text === null ? [] : [workerSchema.parse(JSON.parse(text))]))
    .sort((a, b) => (a.since < b.since ? -1 : 1));
}
