import { readdirSync, readFileSync } from "node:fs";
import { findCommandProcesses, killProcess } from "./evidence/processes.ts";
import type { Life } from "./fleet/life.ts";
import type { TrialFolder } from "./trial-folder.ts";

/** Ends at once whatever lives of a trial. Synchronous, so that it can be the last thing before an exit. */
export function sweepProcesses(lives: readonly Life[], { temp }: TrialFolder): void {
  for (const life of lives) if (!life.ended) killProcess(life.pid);
  // Their guards end the commands; what is found here would be left for the moment until then.
  for (const { pid } of findCommandProcesses(temp)) killProcess(pid);
}

/** Guards that a worker left: they have no environment of ours, and name the worker's folder. */
export function findLeftGuards({ temp }: TrialFolder): { pid: number; command: string }[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d/.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return command.includes("/guard/") && command.includes(temp) ? [{ pid: Number(name), command }] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}
