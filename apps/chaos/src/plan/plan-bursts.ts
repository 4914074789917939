import type { Random } from "../random.ts";
import type { PlannedFault } from "./fault.ts";
import type { PlannedTask } from "./planned-task.ts";

/** More than all workers have slots. */
const TASKS_PER_BURST = 24;

/** From the fault on: most of them while answers do not arrive. */
const SUBMITTED_MS = { min: -40, max: 150 };
/** From the fault on: in its midst, or before the leases that nobody has heard of are given back. */
const CANCELED_MS = [
  { min: -60, max: 300 },
  { min: 300, max: 1_300 },
];

/**
 * The tasks that come right when workers give tasks back, and that are canceled in the same moment: some before they
 * are leased, some on their way to a worker that does not want them any more, some when they have just begun.
 */
export function planBursts(random: Random, faults: readonly PlannedFault[]): PlannedTask[] {
  const bursts = faults.filter(({ fault }) => fault.kind === "cancel-into-give-back");
  return bursts.flatMap(({ atMs }, burst) =>
    Array.from({ length: TASKS_PER_BURST }, (_, number): PlannedTask => {
      const { min, max } = random.pick(CANCELED_MS);
      const taskId = `burst ${burst + 1}.${number + 1}`;
      return {
        ...{ taskId, executor: "shell", prompt: `sleep=${random.between(0.3, 4).toFixed(2)}` },
        ...{ maxAttempts: random.pick([1, 1, 2]), backoffSeconds: 0, timeoutSeconds: 20 },
        ...{ idempotencyKey: null, hangUpAfterMs: null, sentTwice: false, conflicts: false, sequels: [] },
        callbackToken: random.chance(0.5) ? `token of ${taskId}` : null,
        submitAtMs: Math.max(0, atMs + random.between(SUBMITTED_MS.min, SUBMITTED_MS.max)),
        cancel: { when: "at", atMs: atMs + random.between(min, max) },
      };
    }),
  );
}
