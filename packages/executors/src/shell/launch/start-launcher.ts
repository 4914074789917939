import { renameSync } from "node:fs";
import { join } from "node:path";
import type { ContainmentLevel } from "../../config.ts";
import { createHeartbeat } from "../../keeper/heartbeat.ts";
import { findPerl } from "../../keeper/helper.ts";
import { type Keepers, KeepersUnavailable, startKeepers } from "../../keeper/keepers.ts";
import { makeWorkerCgroup, removeCgroup } from "../containment/cgroup.ts";
import { workerMark } from "../containment/cookie.ts";
import { readStat } from "../containment/proc.ts";
import { sweep } from "../containment/sweep.ts";
import { createFifoPool, type FifoPool, makeFifosByProgram } from "../output/fifo-pool.ts";
import { KILL_TIMEOUT_MS } from "../stop/stop-tree.ts";
import type { WorkerFolder } from "../worker-files/worker-folder.ts";
import { formatWorkerName, type WorkerName } from "../worker-files/worker-name.ts";
import { launchByKeeper } from "./launch-by-keeper.ts";
import { launchBySpawn } from "./launch-by-spawn.ts";
import type { Launcher } from "./launcher.ts";

interface StartLauncherOptions {
  /** The strongest level to use. */
  strongest: ContainmentLevel;
  workerName: WorkerName;
  folder: WorkerFolder;
  gracePeriodMs: number;
  silentAfterMs: number | null;
  restoreFolders(): void;
  /** Writes down which cgroup the worker has, or that it has none, before anything is started in it. */
  recordCgroup(path: string | null): void;
}

interface StartedLauncher {
  launcher: Launcher;
  fifos: FifoPool;
  /** One line for the log: what is found, and what is not. */
  containment: string;
  cgroup: string | null;
  /** Makes files of its own again, after somebody has removed the folder. */
  restore(): void;
}

/** Sent to a command that is stopped, in this order. */
const STOP_SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM"];

/** Finds out by trying which is the strongest level of containment here. */
export async function startLauncher(options: StartLauncherOptions): Promise<StartedLauncher> {
  const { strongest, workerName, folder, gracePeriodMs, silentAfterMs } = options;
  const mark = workerMark(workerName.key);
  const wantsKeepers = strongest === "keeper" || strongest === "keeper-with-cgroup";
  const perl = wantsKeepers && process.platform === "linux" ? findPerl() : null;
  const cgroup =
    perl !== null && strongest === "keeper-with-cgroup"
      ? makeWorkerCgroup(formatWorkerName(workerName))
      : null;
  options.recordCgroup(cgroup);
  let lack = perl === null ? "no Perl" : null;
  if (perl !== null) {
    const heartbeat = createHeartbeat(join(folder.pipes, "beat"), silentAfterMs);
    try {
      const fifos: FifoPool = createFifoPool(folder.pipes, (first, count) => keepers.makeFifos(first, count));
      const keepers: Keepers = await startKeepers({
        ...{ perl, cgroup, mark, gracePeriodMs, silentAfterMs, killTimeoutMs: KILL_TIMEOUT_MS },
        folder: folder.pipes,
        state: folder.path,
        placeFifo: (path) => fifos.take((fifo) => renameSync(fifo, path)),
        restoreFolders: options.restoreFolders,
        sweep: (lost, place) => sweep({ mark: lost, cgroup: place, gracePeriodMs }),
      });
      const level = keepers.hasCgroups ? "keeper-with-cgroup" : "keeper";
      if (cgroup !== null && !keepers.hasCgroups) {
        options.recordCgroup(null);
        removeCgroup(cgroup);
      }
      return {
        launcher: launchByKeeper({ keepers, heartbeat, signals: STOP_SIGNALS, gracePeriodMs }),
        fifos,
        containment: descriptions[level],
        cgroup: keepers.hasCgroups ? cgroup : null,
        restore: heartbeat.restore,
      };
    } catch (error) {
      heartbeat.close();
      options.recordCgroup(null);
      if (cgroup !== null) removeCgroup(cgroup);
      if (!(error instanceof KeepersUnavailable)) throw error;
      lack = error.message;
    }
  }
  const level = strongest !== "group" && readStat(process.pid) !== null ? "marks" : "group";
  return {
    launcher: launchBySpawn({ level, signals: STOP_SIGNALS, gracePeriodMs, workerMark: mark }),
    fifos: createFifoPool(folder.pipes, makeFifosByProgram(folder.pipes)),
    containment: wantsKeepers ? `${descriptions[level]} (no keeper: ${lack})` : descriptions[level],
    cgroup: null,
    restore() {},
  };
}

const descriptions: Record<ContainmentLevel, string> = {
  "keeper-with-cgroup":
    "containment by keeper with cgroup: everything that a command starts is stopped with it",
  keeper:
    "containment by keeper: everything that a command starts is stopped with it, unless it kills its keeper and the helper (no writable cgroup v2; see docs/containment.md)",
  marks:
    "containment by marks in the environment: a process that leaves its session and also clears its environment is not found (see docs/containment.md)",
  group:
    "containment by process group: a process that leaves its session is not found (see docs/containment.md)",
};
