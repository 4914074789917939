import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { findStateDirProblem } from "../../state-dir.ts";

/**
 * What a worker keeps while it lives: under the state folder, in a folder that has its name, `worker`, who it is,
 * `prompts/`, and `home/`, where commands have no other one; and in a folder of its own, in memory if it can, pipes and
 * requests.
 */
export interface WorkerFolder {
  path: string;
  worker: string;
  prompts: string;
  home: string;
  pipes: string;
}

/** A file system in memory: there, making and removing the pipes of a command is a fifth of a millisecond cheaper. */
export const MEMORY = "/dev/shm";
/** What the names of folders and cgroups outside of the state folder begin with. */
export const PREFIX = "host-runner-";

export function workerFolder(stateDir: string, name: string): WorkerFolder {
  const path = join(stateDir, name);
  return {
    path,
    worker: join(path, "worker"),
    prompts: join(path, "prompts"),
    home: join(path, "home"),
    pipes: isWritable(MEMORY) ? join(MEMORY, PREFIX + name) : join(path, "pipes"),
  };
}

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
  for (const path of [folder.path, folder.prompts, folder.pipes]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
}

function refuseUnusable(stateDir: string): void {
  const problem = findStateDirProblem(stateDir);
  if (problem !== null) throw new Error(`the state folder ${stateDir} ${problem}`);
}
