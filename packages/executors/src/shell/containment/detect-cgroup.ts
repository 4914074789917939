import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { PREFIX } from "../worker-files/worker-folder.ts";
import { findOwnCgroup, removeCgroup } from "./cgroup.ts";

/**
 * Makes a cgroup for the commands of the worker of this name, below the one that it is in itself. Resolves with its
 * folder; null where this worker may make none, or may not move a process into it.
 */
export async function makeWorkerCgroup(workerName: string): Promise<string | null> {
  const home = findOwnCgroup();
  if (home === null) return null;
  const path = join(home, PREFIX + workerName);
  const probe = join(path, "probe");
  try {
    mkdirSync(probe, { recursive: true });
    // Whether a process may be moved depends on more than the mode of a file.
    const { failed } = await execa("/bin/sh", ["-c", 'echo 0 >"$0"', join(probe, "cgroup.procs")], {
      stdio: "ignore",
      reject: false,
    });
    if (!failed) {
      removeCgroup(probe);
      return path;
    }
  } catch {
    // No permission, a read-only mount, a threaded cgroup: whatever it is, there is the next level.
  }
  removeCgroup(path);
  return null;
}
