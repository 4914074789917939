import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { ExecutorsConfig, ShellConfig } from "../config.ts";
import { removeCgroup } from "./containment/cgroup.ts";
import { createContainer, type ReservedPlace } from "./containment/contain.ts";
import { detectContainment } from "./containment/detect-containment.ts";
import { readPidScope, readStat } from "./containment/proc.ts";
import { clearLeftovers, keepClearingLeftovers } from "./guard/clear-leftovers.ts";
import { startGuard } from "./guard/guard.ts";
import { openRunningTable } from "./guard/running-table.ts";
import { makeWorkerFolder, type WorkerFolder, workerFolder } from "./guard/worker-folder.ts";
import { formatWorkerRecord } from "./guard/worker-record.ts";
import { type BufferPool, createBufferPool } from "./output/buffer-pool.ts";
import { createFifoPool, type FifoPool } from "./output/fifo-pool.ts";
import { findHomeProblem } from "./prepare/home.ts";
import { defaultWorkingDirectory } from "./prepare/working-directory.ts";
import { closeForeignDescriptors } from "./spawn/close-foreign-descriptors.ts";

/** What all commands of a worker share for as long as it lives. */
export interface ShellRuntime {
  /** Random, in the environment of every process that it starts. */
  workerKey: string;
  folder: WorkerFolder;
  fifos: FifoPool;
  buffers: BufferPool;
  /** Where commands start that ask for no directory. */
  defaultDirectory: string;
  stopTimes: { gracePeriodMs: number; killTimeoutMs: number };
  /** The HOME of commands. */
  home: string;
  /** One line for the log. */
  containment: string;
  /** Others, about what an operator should know. */
  warnings: string[];
  nextSequence(): number;
  /** To be called before a command is spawned: stopped in between, this process could tell its guard no more. */
  commandStarts(): void;
  commandEnded(): void;
  /** A place for a command that is about to be spawned. Throws what the system does where it has none to give. */
  reserve(mark: string): ReservedPlace;
  /** Whether this worker was silent for so long just now that its guard has stopped a command started at `startedAtMs`. */
  hasGuardIntervened(startedAtMs: number): boolean;
  /** Makes the worker's folders and files again, where somebody has removed them. Throws what the system does. */
  restoreFolders(): void;
  close(): Promise<void>;
}

/** How long SIGKILL may take before what is left is reported as a survivor and the slot is freed. */
const KILL_TIMEOUT_MS = 5_000;

/** More than that of idle buffers would only be kept for a peak that may not come again. */
const BUFFERS_KEPT = 32;

/** Clears up what dead workers left, then makes what this one needs, its guard last. */
export async function startShellRuntime(config: ExecutorsConfig, shell: ShellConfig): Promise<ShellRuntime> {
  const { workerId, gracePeriodMs } = config;
  closeForeignDescriptors();
  const workerKey = randomBytes(12).toString("hex");
  const folder = workerFolder(shell.stateDir, workerKey);
  makeWorkerFolder(shell.stateDir, folder);
  await clearLeftovers(shell.stateDir);

  const containment = await detectContainment({ workerKey, strongest: shell.containment ?? "cgroup" });
  const record = {
    workerId,
    pid: process.pid,
    startTime: readStat(process.pid)?.startTime ?? null,
    pidScope: readPidScope(),
    gracePeriodMs,
    fifos: folder.fifos,
    cgroup: containment.cgroup?.path ?? null,
  };
  const writeRecord = () => writeFileSync(folder.worker, formatWorkerRecord(record), { mode: 0o600 });
  writeRecord();
  const running = openRunningTable(folder.running);
  const target = { ...record, workerKey, folder: folder.path };
  const guard = await startGuard(target, containment.cgroup?.home ?? null, shell.silentAfterMs ?? null);
  const container = createContainer({ containment, running });
  const fifos = createFifoPool(folder.fifos);
  const homeProblem = findHomeProblem(shell.environment.HOME);
  const home = homeProblem === null ? shell.environment.HOME! : folder.home;
  if (homeProblem !== null) mkdirSync(home, { mode: 0o700 });
  const clearing = keepClearingLeftovers(shell.stateDir, shell.silentAfterMs ?? null, restoreFolders);
  let sequence = 0;

  return {
    workerKey,
    folder,
    home,
    warnings:
      homeProblem === null
        ? []
        : [`HOME ${homeProblem}; the HOME of commands is ${home}, which is removed when this worker ends`],
    fifos,
    defaultDirectory: await defaultWorkingDirectory(shell.allowedRoots, shell.environment.HOME),
    buffers: createBufferPool(BUFFERS_KEPT),
    stopTimes: { gracePeriodMs, killTimeoutMs: KILL_TIMEOUT_MS },
    containment: containment.description,
    nextSequence: () => ++sequence,
    reserve: container.reserve,
    commandStarts: () => guard.commandStarts(),
    commandEnded: () => guard.commandEnded(),
    hasGuardIntervened: (startedAtMs) => guard.hasIntervened(startedAtMs),
    restoreFolders,
    async close() {
      clearing.stop();
      await fifos.close();
      // First: where the guard has to sweep, it sweeps the cgroup that this process is in.
      container.leave();
      await guard.close({ sweep: container.isInUse() });
      await container.close();
      if (containment.cgroup) removeCgroup(containment.cgroup.path);
      running.close();
      for (const path of [folder.fifos, folder.path]) rmSync(path, { recursive: true, force: true });
    },
  };

  function restoreFolders(): void {
    const paths = [folder.worker, folder.running, folder.prompts, folder.fifos, home];
    if (paths.every((path) => existsSync(path))) return;
    makeWorkerFolder(shell.stateDir, folder);
    if (homeProblem !== null) mkdirSync(home, { recursive: true, mode: 0o700 });
    running.restore();
    writeRecord();
    guard.recordAgain();
  }
}
