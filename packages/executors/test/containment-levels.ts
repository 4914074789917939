import type { ContainmentLevel } from "../src/config.ts";
import { createExecutors } from "../src/index.ts";
import { withFolder } from "./with-folder.ts";

const words: [start: string, level: ContainmentLevel][] = [
  ["containment by keeper with cgroup:", "keeper-with-cgroup"],
  ["containment by keeper:", "keeper"],
  ["containment by marks in the environment:", "marks"],
  ["containment by process group:", "group"],
];

/** The level that an executor says it has. */
export function levelOf(containment: string): ContainmentLevel | undefined {
  return words.find(([start]) => containment.startsWith(start))?.[1];
}

/** The levels of containment that this host and user offer, strongest first. */
export async function availableLevels(): Promise<ContainmentLevel[]> {
  const strongest = await withFolder(async (stateDir) => {
    const executors = createExecutors({
      ...{ workerId: "levels", mockDurationMs: 1, gracePeriodMs: 100 },
      shell: {
        ...{ template: "true", shell: "none", envAllow: [], allowedRoots: null },
        ...{ environment: { PATH: process.env.PATH }, stateDir },
      },
    });
    const { containment } = await executors.start();
    await executors.close();
    return levelOf(containment);
  });
  // Where a stronger one is there, the weaker ones can be tried too. Not "group": on Linux it takes the zombies of
  // those that init has not noticed yet for living.
  const levels = words.map(([, level]) => level);
  return levels.slice(levels.indexOf(strongest!)).filter((level) => level === strongest || level !== "group");
}
