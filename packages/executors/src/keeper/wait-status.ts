import { constants } from "node:os";
import type { Exit } from "@host-runner/contracts";

/** The first real-time signal that programs may use on Linux: its C library keeps 32 and 33 for itself. */
const SIGRTMIN = 34;
const SIGRTMAX = 64;

const names = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
// Two names stand for one number each; these are the usual ones.
for (const name of ["SIGABRT", "SIGIO"] as const) names.set(constants.signals[name], name);

/** How a command ended, from its wait status as wait(2) has it on Linux. Pure. */
export function parseWaitStatus(status: number): Exit {
  const signal = status & 0x7f;
  if (signal === 0) return { kind: "exited", exitCode: (status >> 8) & 0xff };
  return { kind: "signaled", signal: nameSignal(signal) };
}

/** As kill(1) of bash names it: SIGTERM, SIGRTMIN+3, SIGRTMAX-2. */
function nameSignal(signal: number): string {
  const name = names.get(signal);
  if (name !== undefined) return name;
  if (signal < SIGRTMIN || signal > SIGRTMAX) return `signal ${signal}`;
  const [first, last] = [signal - SIGRTMIN, SIGRTMAX - signal];
  if (first <= last) return first === 0 ? "SIGRTMIN" : `SIGRTMIN+${first}`;
  return last === 0 ? "SIGRTMAX" : `SIGRTMAX-${last}`;
}
