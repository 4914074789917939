import { createHash } from "node:crypto";
import { isEnded, type TaskStatus, type TaskSummary, taskStatuses } from "@host-runner/contracts";
import { fingerprint } from "./follow-task.ts";

/** What a follower of a run has been told of each task. It costs about 100 bytes a task. */
export interface ToldTasks {
  /** Notes how a task stands. True where the follower has not been told so already. */
  note(task: TaskSummary): boolean;
  /** All tasks of the run are noted from now on, up to `endLook`, which forgets those that were not among them. */
  beginLook(): void;
  endLook(): void;
  /** Whether there are tasks, and all of them have ended. */
  haveEnded(): boolean;
  /** How many there are of each status. */
  counts(): Record<TaskStatus, number>;
}

/** Long enough that no change is taken for none. */
const DIGEST_CHARACTERS = 10;

export function createToldTasks(): ToldTasks {
  /** By task id: the number of its status, and a digest of all that is told. */
  let told = new Map<string, string>();
  let notSeenYet = told;
  let open = 0;

  return {
    note(task) {
      const { task_id: taskId } = task;
      const before = told.get(taskId) ?? notSeenYet.get(taskId);
      if (notSeenYet !== told) notSeenYet.delete(taskId);
      const now = toTold(task);
      told.set(taskId, now);
      if (before !== undefined && !isEnded(statusOf(before))) open -= 1;
      if (!isEnded(task.status)) open += 1;
      return before !== now;
    },
    beginLook() {
      notSeenYet = told;
      told = new Map();
    },
    endLook() {
      for (const gone of notSeenYet.values()) if (!isEnded(statusOf(gone))) open -= 1;
      notSeenYet = told;
    },
    haveEnded: () => told.size > 0 && open === 0,
    counts: () => countByStatus(Array.from(told.values(), statusOf)),
  };
}

function toTold(task: TaskSummary): string {
  const digest = createHash("sha1")
    .update(`${task.execution} ${fingerprint(task)}`)
    .digest("base64url");
  return taskStatuses.indexOf(task.status) + digest.slice(0, DIGEST_CHARACTERS);
}

const statusOf = (told: string): TaskStatus => taskStatuses[Number(told[0])]!;

/** How many there are of each status, those without any as 0. */
export function countByStatus(statuses: Iterable<TaskStatus>): Record<TaskStatus, number> {
  const counts = Object.fromEntries(taskStatuses.map((status) => [status, 0])) as Record<TaskStatus, number>;
  for (const status of statuses) counts[status] += 1;
  return counts;
}
