import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A cgroup whose processes and threads can be counted and limited. */
export interface PidsCgroup {
  /** Whoever writes 0 to it is in the cgroup, with all that it starts. */
  procs: string;
  /** No further process or thread, and none for those that end. */
  exhaust(): void;
  relieve(): void;
  /** False: something still runs in it. */
  remove(): boolean;
}

/** Makes it in this process' own cgroup. A text: why that cannot be. */
export function makePidsCgroup(name: string): PidsCgroup | string {
  const parent = findPidsFolder();
  if (parent === null) return "there is no cgroup with a limit of pids";
  const path = join(parent, name);
  const limit = join(path, "pids.max");
  try {
    mkdirSync(path, { recursive: true });
    writeFileSync(limit, "max");
  } catch (error) {
    return `no cgroup with a limit of pids can be made: ${(error as Error).message}`;
  }
  return {
    procs: join(path, "cgroup.procs"),
    exhaust: () => writeFileSync(limit, "1"),
    relieve: () => writeFileSync(limit, "max"),
    remove() {
      removeBelow(path);
      return !existsSync(path);
    },
  };
}

/** Of this process, in whichever version of cgroups has them here. */
function findPidsFolder(): string | null {
  const own = readFileSync("/proc/self/cgroup", "utf8");
  const first = /^\d+:(?:[^:]*,)?pids(?:,[^:]*)?:(.*)$/m.exec(own)?.[1];
  if (first !== undefined) return existing(join("/sys/fs/cgroup/pids", first));
  const second = /^0::(.*)$/m.exec(own)?.[1];
  const folder = second === undefined ? null : existing(join("/sys/fs/cgroup", second));
  return folder !== null && handsOnPids(folder) ? folder : null;
}

const existing = (path: string) => (existsSync(join(path, "cgroup.procs")) ? path : null);

/** Whether the cgroups in it have a limit of pids; they get one where that is allowed. */
function handsOnPids(folder: string): boolean {
  const file = join(folder, "cgroup.subtree_control");
  try {
    if (!readFileSync(file, "utf8").split(/\s+/).includes("pids")) writeFileSync(file, "+pids");
    return true;
  } catch {
    // It is somebody else's, or has processes of its own.
    return false;
  }
}

/** What still runs in it keeps it. */
function removeBelow(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) removeBelow(join(path, entry.name));
    }
    rmdirSync(path);
  } catch {
    // It is gone, or in use.
  }
}
