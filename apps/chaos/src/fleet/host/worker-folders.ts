import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findGuards } from "../find-guards.ts";

/** Where a worker keeps what it needs for its commands, as its guard was told. */
export interface WorkerFolders {
  own: string;
  prompts: string;
  pipes: string;
}

/** Null: it has no guard yet. `temp` is its TMPDIR. */
export function findWorkerFolders(pid: number, temp: string): WorkerFolders | null {
  for (const guard of findGuards(pid)) {
    const words = readCommand(guard);
    const at = words.findIndex((word) => word.startsWith(`${temp}/`));
    const [own, pipes] = words.slice(at);
    if (at >= 0 && own && pipes) return { own, pipes, prompts: join(own, "prompts") };
  }
  return null;
}

function readCommand(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It ended meanwhile.
    return [];
  }
}
