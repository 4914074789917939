import { setTimeout as delay } from "node:timers/promises";
import { isEnded } from "@host-runner/contracts";
import type { SeenTask } from "../evidence/answer.ts";
import type { CancelMoment, PlannedTask } from "../plan/planned-task.ts";
import type { ApiClient } from "./api-client.ts";

interface Follow {
  client: ApiClient;
  task: PlannedTask;
  /** As the submission's answer told it. */
  seen: SeenTask;
  cancel: CancelMoment | null;
  /** When the load began. */
  beganAt: number;
  stop: AbortSignal;
}

const FIRST_PAUSE_MS = 50;
/** Hundreds of tasks may wait after an outage: asked after more often, they would keep the machine busy with answers. */
const LONGEST_PAUSE_MS = 1_500;

/** Watches one execution until it has ended, and cancels it when that is planned. Null: stopped before its end. */
export async function followExecution({
  client,
  task,
  seen,
  cancel,
  beganAt,
  stop,
}: Follow): Promise<SeenTask | null> {
  const { taskId } = task;
  const { execution } = seen;
  const since = Date.now();
  let wish = cancel;
  for (let pauseMs = FIRST_PAUSE_MS; !isEnded(seen.status); ) {
    const waitMs = wish && msUntilCancel(wish, seen, { since, beganAt });
    if (waitMs !== null) {
      await sleep(waitMs, stop);
      wish = null;
      await client.insist({ call: { kind: "cancel", taskId } });
    }
    const answer = await client.insist({ call: { kind: "read", taskId, execution } });
    if (!answer) return null;
    // It cannot be gone: the checks tell of it.
    if (!answer.task) return null;
    seen = answer.task;
    if (isEnded(seen.status)) break;
    // What is to be canceled in a certain state is not to slip through it.
    await sleep(wish ? FIRST_PAUSE_MS : pauseMs, stop);
    pauseMs = Math.min(pauseMs * 1.4, LONGEST_PAUSE_MS);
  }
  return seen;
}

/** Null: the moment has not come. */
function msUntilCancel(
  wish: CancelMoment,
  seen: SeenTask,
  { since, beganAt }: { since: number; beganAt: number },
): number | null {
  switch (wish.when) {
    case "at-once":
      return 0;
    case "running":
      return seen.status === "running" ? wish.afterMs : null;
    case "backoff":
      return seen.status === "queued" && seen.attempt > 0 ? 0 : null;
    case "later":
      return Date.now() - since >= wish.afterMs ? 0 : null;
    case "at":
      return Math.max(0, beganAt + wish.atMs - Date.now());
  }
}

const sleep = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => {});
