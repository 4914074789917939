import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { ExecutorsConfig, ShellConfig } from "../config.ts";
import { readPidScope, readStat } from "./containment/proc.ts";
import { closeForeignDescriptors } from "./launch/close-foreign-descriptors.ts";
import type { Launcher } from "./launch/launcher.ts";
import { startLauncher } from "./launch/start-launcher.ts";
import { type BufferPool, createBufferPool } from "./output/buffer-pool.ts";
import type { FifoPool } from "./output/fifo-pool.ts";
import { findHomeProblem } from "./prepare/home.ts";
import { defaultWorkingDirectory } from "./prepare/working-directory.ts";
import { clearLeftovers, keepClearingLeftovers } from "./worker-files/clear-leftovers.ts";
import { makeWorkerFolder, type WorkerFolder, workerFolder } from "./worker-files/worker-folder.ts";
import { formatWorkerName, type WorkerName } from "./worker-files/worker-name.ts";
import { formatWorkerRecord } from "./worker-files/worker-record.ts";

/** What all commands of a worker share for as long as it lives. */
export interface ShellRuntime {
  /** Random, in the environment of every process that it starts. */
  workerKey: string;
  folder: WorkerFolder;
  fifos: FifoPool;
  buffers: BufferPool;
  launcher: Launcher;
  /** Where commands start that ask for no directory. */
  defaultDirectory: string;
  /** The HOME of commands. */
  home: string;
  /** One line for the log. */
  containment: string;
  /** Others, about what an operator should know. */
  warnings: string[];
  nextSequence(): number;
  /** Makes the worker's folders and files again, where somebody has removed them. Throws what the system does. */
  restoreFolders(): void;
  close(): Promise<void>;
}

/** More than that of idle buffers would only be kept for a peak that may not come again. */
const BUFFERS_KEPT = 32;

/** Clears up what dead workers left, then makes what this one needs. */
export async function startShellRuntime(config: ExecutorsConfig, shell: ShellConfig): Promise<ShellRuntime> {
  const { workerId, gracePeriodMs } = config;
  const { stateDir } = shell;
  const silentAfterMs = shell.silentAfterMs ?? null;
  closeForeignDescriptors();
  const pidScope = readPidScope();
  const startTime = readStat(process.pid)?.startTime ?? null;
  const workerName = nameWorker(startTime, pidScope);
  const folder = workerFolder(stateDir, formatWorkerName(workerName));
  makeWorkerFolder(stateDir, folder);
  await clearLeftovers({ stateDir, gracePeriodMs });

  const homeProblem = findHomeProblem(shell.environment.HOME);
  const home = homeProblem === null ? shell.environment.HOME! : folder.home;
  if (homeProblem !== null) mkdirSync(home, { mode: 0o700 });
  const { launcher, fifos, containment, cgroup, restore } = await startLauncher({
    strongest: shell.containment ?? "keeper-with-cgroup",
    ...{ workerName, folder, gracePeriodMs, silentAfterMs, restoreFolders },
    // Before anything is started that a later worker might have to stop.
    recordCgroup: (path) => writeRecord(path),
  });
  const clearing = keepClearingLeftovers({ stateDir, gracePeriodMs, silentAfterMs, restoreFolders });
  let sequence = 0;

  return {
    workerKey: workerName.key,
    folder,
    home,
    warnings:
      homeProblem === null
        ? []
        : [`HOME ${homeProblem}; the HOME of commands is ${home}, which is removed when this worker ends`],
    fifos,
    launcher,
    defaultDirectory: await defaultWorkingDirectory(shell.allowedRoots, shell.environment.HOME),
    buffers: createBufferPool(BUFFERS_KEPT),
    containment,
    nextSequence: () => ++sequence,
    restoreFolders,
    async close() {
      clearing.stop();
      await fifos.close();
      await launcher.close();
      for (const path of [folder.pipes, folder.path]) rmSync(path, { recursive: true, force: true });
    },
  };

  function writeRecord(cgroupPath: string | null): void {
    const record = {
      ...{ workerId, pid: process.pid, startTime, pidScope, gracePeriodMs },
      ...{ pipes: folder.pipes, cgroup: cgroupPath },
    };
    writeFileSync(folder.worker, formatWorkerRecord(record), { mode: 0o600 });
  }

  function restoreFolders(): void {
    const paths = [folder.worker, folder.prompts, folder.pipes, home];
    if (paths.every((path) => existsSync(path))) return;
    makeWorkerFolder(stateDir, folder);
    if (homeProblem !== null) mkdirSync(home, { recursive: true, mode: 0o700 });
    writeRecord(cgroup);
    restore();
  }
}

function nameWorker(startTime: string | null, pidScope: string | null): WorkerName {
  const pidNamespace = pidScope?.split("/")[1];
  return {
    key: randomBytes(12).toString("hex"),
    process:
      startTime === null || pidNamespace === undefined ? null : { pid: process.pid, startTime, pidNamespace },
  };
}
