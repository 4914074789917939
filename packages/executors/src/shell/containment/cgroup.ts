/**
 * Control groups, version 2 or the unified mount beside version 1: a process is born in its parent's and, unless it
 * is privileged, cannot leave. They hold what clears its environment and leaves its session.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
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

/** Moves a process into a cgroup that is somebody else's. */
export function moveToCgroup(path: string, pid: number): void {
  writeFileSync(join(path, "cgroup.procs"), String(pid));
}

/** An open cgroup of ours. */
export interface Cgroup {
  /** Puts a process in. What it has forked before stays outside. */
  enter(pid: number): void;
  /** Whether nothing runs in it any more. Two microseconds. */
  isEmpty(): boolean;
  /** The pids in it. */
  ownPids(): number[];
  /** The pids in it and in cgroups below it, which a command may make. */
  pids(): number[];
  /** Kills everything in it at once, including what is being forked meanwhile. */
  kill(): void;
  /** Closes it; removes it if it is empty. */
  close(): void;
}

export function openCgroup(path: string): Cgroup {
  mkdirSync(path, { recursive: true });
  const procs = openSync(join(path, "cgroup.procs"), "r+");
  const events = openSync(join(path, "cgroup.events"), "r");
  return {
    enter(pid) {
      try {
        writeSync(procs, String(pid));
      } catch (error) {
        // It has ended already. Anything else leaves it outside, where nobody would look for it.
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    },
    isEmpty: () => readFromStart(events).includes("populated 0"),
    ownPids: () => parsePids(readFromStart(procs)),
    pids: () => withSpareDescriptor(() => listPidsBelow(path)),
    kill() {
      try {
        withSpareDescriptor(() => writeFileSync(join(path, "cgroup.kill"), "1"));
      } catch {
        // Before Linux 5.14 there is none: what is in it is then killed one by one.
      }
    },
    close() {
      closeSync(procs);
      closeSync(events);
      removeCgroup(path);
    },
  };
}

const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** The content of an open file of a cgroup, as it is now. */
const readFromStart = (descriptor: number): string =>
  buffer.toString("latin1", 0, readSync(descriptor, buffer, 0, buffer.length, 0));

const parsePids = (text: string): number[] => text.split("\n").filter(Boolean).map(Number);

function listPidsBelow(path: string): number[] {
  try {
    const own = parsePids(readFileSync(join(path, "cgroup.procs"), "latin1"));
    return [...own, ...subgroups(path).flatMap(listPidsBelow)];
  } catch (error) {
    // A cgroup below may vanish at any time, but for want of descriptors nothing can be said of it.
    if ((error as NodeJS.ErrnoException).code === "EMFILE") throw error;
    return [];
  }
}

/** Removes a cgroup with those below it, as far as they are empty. */
export function removeCgroup(path: string): void {
  try {
    for (const below of subgroups(path)) removeCgroup(below);
    rmdirSync(path);
  } catch {
    // Whoever still runs in it keeps it: the next worker on this host clears it up.
  }
}

const subgroups = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? join(path, entry.name) : [],
  );
