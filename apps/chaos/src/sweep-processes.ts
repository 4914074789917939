import { findCommandProcesses, killProcess } from "./evidence/processes.ts";
import type { Life } from "./fleet/life.ts";
import type { TrialFolder } from "./trial-folder.ts";

/** Ends at once whatever lives of a trial. Synchronous, so that it can be the last thing before an exit. */
export function sweepProcesses(lives: readonly Life[], { temp }: TrialFolder): void {
  for (const life of lives) if (!life.ended) killProcess(life.pid);
  // Their keepers end the commands; those that are found here would be left for the moment until then.
  for (const { pid } of findCommandProcesses(temp)) killProcess(pid);
}
