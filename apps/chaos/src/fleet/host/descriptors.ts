import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { type Starver, unable } from "./starve.ts";

/** An open file of a process. */
export interface OpenFile {
  number: number;
  /** It is closed when a command of the process ends. */
  isPassing: boolean;
}

/**
 * The limit with which a process has so many descriptors left when all that is passing is closed: the kernel gives the
 * lowest free number, and none from the limit on. Pure.
 */
export function limitFor(files: readonly OpenFile[], spare: number): number {
  const taken = new Set(files.filter(({ isPassing }) => !isPassing).map(({ number }) => number));
  let limit = 0;
  for (let free = 0; free < spare || taken.has(limit); limit += 1) if (!taken.has(limit)) free += 1;
  return limit;
}

/** Too few for the pipes of a command; enough for a probe, at times. */
const SPARE = 2;

export function createDescriptorStarver(): Starver {
  if (spawnSync("prlimit", ["--version"]).status !== 0) return unable("there is no prlimit(1)");
  return {
    ...{ impossible: null, endsWithStop: false },
    starve(pid) {
      const before = /^Max open files\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))?.[1];
      setLimit(pid, String(limitFor(listOpenFiles(pid), SPARE)));
      return () => setLimit(pid, before ?? "1024");
    },
  };
}

/** The soft limit alone: it may be raised again. */
function setLimit(pid: number, limit: string): void {
  const { status, stderr } = spawnSync("prlimit", ["--pid", String(pid), `--nofile=${limit}:`]);
  if (status !== 0) throw new Error(`prlimit: ${String(stderr).trim()}`);
}

function listOpenFiles(pid: number): OpenFile[] {
  return readdirSync(`/proc/${pid}/fd`).map((name) => {
    try {
      // The pipes of commands have no name any more.
      return {
        number: Number(name),
        isPassing: / \(deleted\)$/.test(readlinkSync(`/proc/${pid}/fd/${name}`)),
      };
    } catch {
      // It was closed meanwhile.
      return { number: Number(name), isPassing: true };
    }
  });
}
