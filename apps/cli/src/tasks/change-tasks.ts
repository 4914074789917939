import { ClientError, type Task } from "@host-runner/client";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { explainFailure } from "../explain-failure.ts";
import { cleanLine } from "../terminal/clean-text.ts";
import { formatBar } from "../terminal/progress.ts";
import { paintStatus } from "./describe-task.ts";
import { mapAtMost } from "./map-at-most.ts";

/** Each cancel may wait for 3 s. */
const AT_A_TIME = 32;

/** Says what became of a task, where its JSON is not wanted. */
type Tell = (context: Context, task: Task) => Promise<void>;

/** Does the same to many tasks, and tells each one's outcome; resolves to the exit code. */
export async function changeTasks(
  context: Context,
  ids: readonly string[],
  change: (taskId: string) => Promise<Task>,
  tell: Tell = tellStatus,
): Promise<number> {
  let failed = 0;
  let done = 0;
  await mapAtMost(ids, AT_A_TIME, async (taskId) => {
    if (context.readerGone.aborted) return;
    try {
      const task = await change(taskId);
      if (context.json) await context.printJson(task);
      else {
        context.progress.clear();
        await tell(context, task);
      }
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const { exitCode, message } = explainFailure(error);
      // What holds for one holds for all.
      if (exitCode !== exitCodes.failed || error.status === 401 || error.status === 403) throw error;
      failed += 1;
      context.complain(`host-runner: ${cleanLine(taskId)}: ${cleanLine(message)}`);
    }
    done += 1;
    if (ids.length > 1) context.progress.show(formatBar(done, ids.length));
  });
  return failed > 0 ? exitCodes.failed : exitCodes.done;
}

async function tellStatus(context: Context, task: Task): Promise<void> {
  const { task_id, status, cancel_requested_at, execution } = task;
  if (!context.out.isTerminal) return context.printFields(task_id, status);
  const more =
    status === "running" && cancel_requested_at
      ? "is being canceled"
      : execution > 1
        ? `execution ${execution}`
        : "";
  const { paint } = context.out;
  await context.out.write(
    `${paintStatus(paint, status, status.padEnd(8))} ${cleanLine(task_id)} ${paint("dim", more)}`.trimEnd(),
  );
  await context.out.write("\n");
}
