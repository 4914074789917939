import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { findStateDirProblem } from "../../state-dir.ts";

/**
 * What a worker keeps under the state folder while it lives, all in a folder of its own that is named by its key:
 * `worker`, who it is; `running`, the leaders of its commands; `prompts/`; `home/`, where commands have no other one; and
 * `fifos/`, which is elsewhere if it can.
 */
export interface WorkerFolder {
  path: string;
  worker: string;
  running: string;
  fifos: string;
  prompts: string;
  home: string;
}

export function workerFolder(stateDir: string, workerKey: string): WorkerFolder {
  const path = join(stateDir, workerKey);
  return {
    path,
    worker: join(path, "worker"),
    running: join(path, "running"),
    fifos: isWritable(MEMORY) ? join(MEMORY, `host-runner-${workerKey}`) : join(path, "fifos"),
    prompts: join(path, "prompts"),
    home: join(path, "home"),
  };
}

/** A file system in memory: there, making and removing the pipes of a command is a fifth of a millisecond cheaper. */
const MEMORY = "/dev/shm";

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes the state folder and the worker's own, as far as they are missing. Throws where somebody else could read or replace
 * files in them.
 */
export function makeWorkerFolder(stateDir: string, folder: WorkerFolder): void {
  refuseUnusable(stateDir);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  // Another user may have made it in between.
  refuseUnusable(stateDir);
  for (const path of [folder.path, folder.prompts, folder.fifos]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
}

function refuseUnusable(stateDir: string): void {
  const problem = findStateDirProblem(stateDir);
  if (problem !== null) throw new Error(`the state folder ${stateDir} ${problem}`);
}
