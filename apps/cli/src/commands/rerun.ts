import { exitCodes } from "../exit-codes.ts";
import type { Verb } from "../program.ts";
import { changeTasks } from "../tasks/change-tasks.ts";
import { type SelectionOptions, selectTasks } from "../tasks/select-tasks.ts";

export const rerun: Verb<SelectionOptions> = async (context, ids, options) => {
  const client = await context.connect();
  const selection = { ids, options, question: "Rerun", statuses: ["failed"] as const };
  const chosen = await selectTasks(context, client, selection);
  if (chosen === null) return exitCodes.failed;
  return changeTasks(context, chosen, (taskId) => client.rerun(taskId));
};
