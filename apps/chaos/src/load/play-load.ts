import { setTimeout as delay } from "node:timers/promises";
import type { PlannedTask } from "../plan/planned-task.ts";
import { type Play, playTask } from "./play-task.ts";

export interface LoadProgress {
  submitted: number;
  /** Tasks whose clients have nothing to do any more. */
  finished: number;
}

/** Plays all tasks, each at its time, without waiting for one another. Resolves when all are through. */
export async function playLoad(
  tasks: readonly PlannedTask[],
  play: Omit<Play, "beganAt">,
  progress: LoadProgress,
): Promise<void> {
  const beganAt = Date.now();
  await Promise.all(
    tasks.map(async (task) => {
      const waitMs = beganAt + task.submitAtMs - Date.now();
      await delay(Math.max(0, waitMs), undefined, { signal: play.stop }).catch(() => {});
      if (play.stop.aborted) return;
      progress.submitted += 1;
      await playTask(task, { ...play, beganAt });
      progress.finished += 1;
    }),
  );
}
