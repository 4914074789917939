import { createRandom, type Random } from "../random.ts";
import type { FaultKind, PlannedFault } from "./fault.ts";
import { planBursts } from "./plan-bursts.ts";
import { planFaults } from "./plan-faults.ts";
import { planTasks } from "./plan-tasks.ts";
import type { PlannedTask } from "./planned-task.ts";

export interface TrialOptions {
  seed: string;
  /** Besides those that belong to a fault. */
  tasks: number;
  minutes: number;
  leaseSeconds: number;
  /** Left out of the plan; the rest of it stays as it is. */
  without: readonly FaultKind[];
}

export interface TrialPlan {
  /** For what is drawn while the trial runs. */
  random: Random;
  tasks: PlannedTask[];
  faults: PlannedFault[];
}

/** All that is to happen: the same for the same options. */
export function planTrial({ seed, tasks, minutes, leaseSeconds, without }: TrialOptions): TrialPlan {
  const random = createRandom(seed);
  const durationMs = minutes * 60_000;
  const all = planFaults(random.fork("faults"), { durationMs, leaseMs: leaseSeconds * 1000 });
  const faults = all.filter(({ fault }) => !without.includes(fault.kind));
  return {
    random,
    tasks: [
      ...planTasks(random.fork("tasks"), { count: tasks, durationMs }),
      ...planBursts(random.fork("bursts"), faults),
    ],
    faults,
  };
}
