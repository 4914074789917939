import { dealer, type Random } from "../random.ts";
import type { PlannedTask } from "./planned-task.ts";
import { stories } from "./stories.ts";

interface TaskPlanOptions {
  count: number;
  /** How long the load lasts. */
  durationMs: number;
}

/** Callers' ids may be anything: these have been somebody's trouble before. */
const awkward = [
  "completed",
  "meta",
  "1",
  "a:b",
  "a/b@2",
  "über ~ 100 %",
  "{hr}:wait",
  "..%2F",
  "active:lock",
];

/** Every task has an end of its own, should its client never come to cancel it. */
const LONGEST_SECONDS = 20;

/** How many of the tasks are to be called back. */
const CALLED_BACK = 0.6;

/** The tasks of the load, in the order of their submission: the same for the same seed. */
export function planTasks(random: Random, { count, durationMs }: TaskPlanOptions): PlannedTask[] {
  const deal = dealer(random, stories(random));
  return Array.from({ length: count }, (_, number) => {
    const taskId = awkward[number] ?? `task ${number}`;
    const story = deal()();
    const isKeyed = story.idempotencyKey !== undefined || random.chance(0.5);
    return {
      executor: "shell",
      maxAttempts: random.pick([1, 1, 2, 3]),
      backoffSeconds: random.between(0, 0.5),
      timeoutSeconds: LONGEST_SECONDS,
      hangUpAfterMs: random.chance(0.15) ? random.between(0, 12) : null,
      sentTwice: random.chance(0.1),
      conflicts: false,
      cancel: null,
      sequels: [],
      ...story,
      taskId,
      idempotencyKey: isKeyed ? `key of ${number}` : null,
      callbackToken: random.chance(CALLED_BACK) ? `token of ${number}` : null,
      submitAtMs: ((number + random.fraction()) / count) * durationMs * 0.95,
    };
  });
}
