import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ContainmentLevel } from "../../config.ts";
import { runProgram } from "../spawn/run-program.ts";
import { findOwnCgroup, removeCgroup } from "./cgroup.ts";

/** How the commands of this worker are held together. */
export interface Containment {
  level: ContainmentLevel;
  /** Null below the level "cgroup". */
  cgroup: WorkerCgroup | null;
  /** One line for the log: what is found, and what is not. */
  description: string;
}

export interface WorkerCgroup {
  /** The folder of the cgroup made for this worker and its commands. */
  path: string;
  /** The one that the worker came from, and that its guard stays in. */
  home: string;
}

interface DetectContainmentOptions {
  workerKey: string;
  /** The strongest level to use. */
  strongest: ContainmentLevel;
}

/** Finds out by trying, and makes the worker's cgroup where it may. */
export async function detectContainment({
  workerKey,
  strongest,
}: DetectContainmentOptions): Promise<Containment> {
  const cgroup = strongest === "cgroup" ? await makeWorkerCgroup(workerKey) : null;
  const level = cgroup
    ? "cgroup"
    : strongest !== "group" && existsSync("/proc/self/environ")
      ? "cookie"
      : "group";
  return {
    level,
    cgroup,
    description: cgroup ? `cgroup ${cgroup.path}: ${descriptions.cgroup}` : descriptions[level],
  };
}

const descriptions: Record<ContainmentLevel, string> = {
  cgroup: "everything a command starts is stopped with it",
  cookie:
    "process group and environment: a process that leaves its session and also clears its environment is not found (no writable cgroup v2; see docs/containment.md)",
  group:
    "process group only: a process that leaves its session is not found (no /proc and no cgroup; see docs/containment.md)",
};

async function makeWorkerCgroup(workerKey: string): Promise<WorkerCgroup | null> {
  const home = findOwnCgroup();
  if (home === null) return null;
  const path = join(home, `host-runner-${workerKey}`);
  const probe = join(path, "probe");
  try {
    mkdirSync(probe, { recursive: true });
    // Whether a process may be moved depends on more than the mode of a file.
    await runProgram("/bin/sh", ["-c", 'echo 0 >"$0"', join(probe, "cgroup.procs")]);
    removeCgroup(probe);
    return { path, home };
  } catch {
    // No permission, a read-only mount, a threaded cgroup: whatever it is, there is the next level.
  }
  removeCgroup(path);
  return null;
}
