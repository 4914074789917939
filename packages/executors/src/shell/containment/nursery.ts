import { join } from "node:path";
import { type Cgroup, moveToCgroup, openCgroup } from "./cgroup.ts";
import type { WorkerCgroup } from "./detect-containment.ts";

/**
 * The cgroup that the worker itself moves into: every command is born there. What a command forks before it can be
 * moved to its own is then known to be its own, even if that clears its environment and leaves its session at once.
 */
export interface Nursery {
  /** Moves a command that has just been spawned, and all it has forked meanwhile. */
  move(leader: number, to: Cgroup): void;
  /** Takes the worker back to where it came from. */
  leave(): void;
}

/** What is forked while the others are moved is moved in the next round; nothing forks for ever this fast. */
const MAX_ROUNDS = 100;

export function enterNursery({ path, home }: WorkerCgroup): Nursery {
  const nursery = openCgroup(join(path, "worker"));
  nursery.enter(process.pid);
  return { move, leave };

  function move(leader: number, to: Cgroup): void {
    to.enter(leader);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const strays = findStrays(nursery.ownPids(), { worker: process.pid, leader });
      if (strays.length === 0) return;
      for (const pid of strays) to.enter(pid);
    }
  }

  function leave(): void {
    moveToCgroup(home, process.pid);
    nursery.close();
  }
}

/**
 * Of all that is in the nursery just after a spawn: what descends from the leader. Pids ascend; where something older
 * is there too, such as a program that the worker runs for itself, nobody can tell whose the rest is, and it is left to
 * be found by its environment. Pure.
 */
export function findStrays(
  pids: readonly number[],
  { worker, leader }: { worker: number; leader: number },
): number[] {
  const others = pids.filter((pid) => pid !== worker && pid !== leader);
  return others.every((pid) => pid > leader) ? others : [];
}
