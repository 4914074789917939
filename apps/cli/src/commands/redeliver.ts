import type { Client, Task } from "@host-runner/client";
import { paintState } from "../callbacks/describe-callback.ts";
import { listCallbacks } from "../callbacks/list-callbacks.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Verb } from "../program.ts";
import { changeTasks } from "../tasks/change-tasks.ts";
import { chooseTasks } from "../tasks/choose-tasks.ts";
import { mapAtMost } from "../tasks/map-at-most.ts";
import { cleanLine } from "../terminal/clean-text.ts";

interface RedeliverOptions {
  run?: string;
  all?: boolean;
  yes?: boolean;
}

const AT_A_TIME = 32;

export const redeliver: Verb<RedeliverOptions> = async (context, ids, { run, all = false, yes = false }) => {
  const client = await context.connect();
  const chosen = await chooseTasks(context, {
    ids,
    hasFilter: all || run !== undefined,
    filters: "--run or --all",
    question: "Send again the last callback of",
    none: "no callback is to be sent again",
    find: () => findMissed(client, run),
    yes,
  });
  if (chosen === null) return exitCodes.failed;
  return changeTasks(context, chosen, (taskId) => client.redeliver(taskId), tellCallback);
};

/** Tasks whose last word was not taken. One that failed and was followed by another is no longer true. */
async function findMissed(client: Client, run: string | undefined): Promise<string[]> {
  const failed = await listCallbacks(client, { state: "failed", run, limit: Number.POSITIVE_INFINITY });
  const ids = [...new Set(failed.map(({ task_id }) => task_id))];
  const tasks = await mapAtMost(ids, AT_A_TIME, (taskId) => client.get(taskId));
  return tasks.filter((task) => lastOf(task)?.state === "failed").map(({ task_id }) => task_id);
}

const lastOf = ({ callbacks }: Task) => callbacks?.at(-1);

async function tellCallback(context: Context, task: Task): Promise<void> {
  const { state = "pending", status = "" } = lastOf(task) ?? {};
  if (!context.out.isTerminal) return context.printFields(task.task_id, state);
  const { paint } = context.out;
  await context.out.write(
    `${paintState(paint, state, state.padEnd(9))} ${cleanLine(task.task_id)} ${paint("dim", `tells ${status}`)}\n`,
  );
}
