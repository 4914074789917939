import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** A process that starts a worker's commands and ends them, should the worker be killed. */
export interface KeepingProcess {
  pid: number;
  role: "helper" | "keeper";
  /** The folder of its worker's pipes, whose name ends in the worker's key. */
  pipes: string;
}

/** As these processes call themselves. */
const NAME = /^host-runner (helper|keeper) (?:\d+ )?of (.+)$/;

/** All of this machine. */
function findAll(): KeepingProcess[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d/.test(name)) return [];
    try {
      const [, role, pipes] =
        NAME.exec(readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0")[0] ?? "") ?? [];
      return role && pipes ? [{ pid: Number(name), role: role as KeepingProcess["role"], pipes }] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** Those of one worker, whose state folder is in `stateDir`. */
export function findKeepers(workerPid: number, stateDir: string): KeepingProcess[] {
  const own = findWorkerFolders(workerPid, stateDir);
  return own ? findAll().filter(({ pipes }) => pipes === own.pipes) : [];
}

/** Those of the trial that live: a worker's state folder goes with the last of them. */
export function findLeftKeepers(stateDir: string): KeepingProcess[] {
  return findAll().filter(({ pipes }) =>
    existsSync(join(stateDir, basename(pipes).slice("host-runner-".length))),
  );
}

/** Where a worker keeps what it needs for its commands. */
export interface WorkerFolders {
  own: string;
  prompts: string;
  pipes: string;
}

/** By the record that the worker leaves for its successors; null: it has none yet. */
export function findWorkerFolders(workerPid: number, stateDir: string): WorkerFolders | null {
  for (const key of existsSync(stateDir) ? readdirSync(stateDir) : []) {
    const own = join(stateDir, key);
    try {
      const record = JSON.parse(readFileSync(join(own, "worker"), "utf8")) as { pid: number; pipes: string };
      if (record.pid === workerPid) return { own, pipes: record.pipes, prompts: join(own, "prompts") };
    } catch {
      // It is being written, or was removed.
    }
  }
  return null;
}
