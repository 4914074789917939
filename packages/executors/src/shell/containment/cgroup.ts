/**
 * Control groups, version 2 or the unified mount beside version 1: a process is born in its parent's and, unless it
 * is privileged, cannot leave. They hold what clears its environment and leaves its session.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PREFIX } from "../worker-files/worker-folder.ts";
import { withSpareDescriptor } from "./spare-descriptor.ts";

const MOUNTS = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

/** The folder of this process's own cgroup; null where there is none of version 2. */
export function findOwnCgroup(): string | null {
  try {
    const own = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
    const mount = MOUNTS.find((path) => existsSync(join(path, "cgroup.procs")) && isVersion2(path));
    return own !== undefined && mount !== undefined ? join(mount, own) : null;
  } catch {
    return null;
  }
}

/** Version 1 has cgroup.procs as well, cgroup.controllers it has not. */
const isVersion2 = (mount: string) => existsSync(join(mount, "cgroup.controllers"));

/**
 * Makes a cgroup for the commands of a worker, below the one that it is in itself, and in it one to try with, `probe`.
 * Returns its folder; null where this worker may make none.
 */
export function makeWorkerCgroup(workerName: string): string | null {
  const home = findOwnCgroup();
  if (home === null) return null;
  const path = join(home, PREFIX + workerName);
  try {
    mkdirSync(join(path, "probe"), { recursive: true });
    return path;
  } catch {
    // No permission, a read-only mount: whatever it is, there is the next level.
    removeCgroup(path);
    return null;
  }
}

/** The pids in a cgroup and in those below it, which a command may make; none where it is gone. */
export const pidsInCgroup = (path: string): number[] => withSpareDescriptor(() => listPids(path));

function listPids(path: string): number[] {
  try {
    const pids = readFileSync(join(path, "cgroup.procs"), "latin1").split("\n").filter(Boolean).map(Number);
    return [...pids, ...cgroupsBelow(path).flatMap(listPids)];
  } catch (error) {
    // A cgroup may vanish at any time, but for want of descriptors nothing can be said of it.
    if ((error as NodeJS.ErrnoException).code === "EMFILE") throw error;
    return [];
  }
}

/** Kills everything in a cgroup at once, including what is being forked meanwhile. */
export function killCgroup(path: string): void {
  try {
    withSpareDescriptor(() => writeFileSync(join(path, "cgroup.kill"), "1", { flag: "r+" }));
  } catch {
    // Before Linux 5.14 there is none: what is in it is then killed one by one.
  }
}

/** Removes a cgroup with those below it, as far as they are empty. */
export function removeCgroup(path: string): void {
  try {
    for (const below of cgroupsBelow(path)) removeCgroup(below);
    rmdirSync(path);
  } catch {
    // Whoever still runs in it keeps it: the next worker on this host clears it up.
  }
}

const cgroupsBelow = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? join(path, entry.name) : [],
  );
