import type { Random } from "../random.ts";
import type { PlannedFault } from "./fault.ts";
import type { PlannedTask } from "./planned-task.ts";

/** More than all workers have slots. */
const TASKS_PER_BURST = 24;

/**
 * The tasks that come right when workers give tasks back, and that are canceled in the same moment: some before they
 * are leased, some on their way to a worker that does not want them any more, some when they have just begun.
 */
export function planBursts(random: Random, faults: readonly PlannedFault[]): PlannedTask[] {
  const bursts = faults.filter(({ fault }) => fault.kind === "cancel-into-give-back");
  return bursts.flatMap(({ atMs }, burst) =>
    Array.from({ length: TASKS_PER_BURST }, (_, number): PlannedTask => {
      const taskId = `burst ${burst + 1}.${number + 1}`;
      return {
        ...{ taskId, executor: "shell", prompt: `sleep=${random.between(0.3, 4).toFixed(2)}` },
        ...{ maxAttempts: random.pick([1, 1, 2]), backoffSeconds: 0, timeoutSeconds: 20 },
        ...{ idempotencyKey: null, hangUpAfterMs: null, sentTwice: false, conflicts: false, sequels: [] },
        callbackToken: random.chance(0.5) ? `token of ${taskId}` : null,
        submitAtMs: Math.max(0, atMs + random.between(-150, 60)),
        cancel: { when: "at", atMs: atMs + random.between(-60, 200) },
      };
    }),
  );
}
