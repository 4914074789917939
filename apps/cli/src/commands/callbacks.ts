import type { CallbackEntry } from "@host-runner/client";
import { tellTries } from "../callbacks/describe-callback.ts";
import { listCallbacks } from "../callbacks/list-callbacks.ts";
import type { Context } from "../context.ts";
import type { Verb } from "../program.ts";
import { paintStatus } from "../tasks/describe-task.ts";
import { cleanLine } from "../terminal/clean-text.ts";
import { type Column, layOutTable } from "../terminal/table.ts";

interface CallbacksOptions {
  state: "failed" | "pending";
  run?: string;
  limit: number;
}

const columns: Column[] = [
  // As wide as a UUID.
  { title: "TASK", usual: 36, cut: "middle" },
  { title: "TELLS" },
  { title: "RECEIVER", usual: 30, min: 8, optional: true },
  { title: "", min: 10, optional: true },
];

export const callbacks: Verb<CallbacksOptions> = async (context, _, options) => {
  const client = await context.connect();
  const found = await listCallbacks(client, options);
  if (context.json || !context.out.isTerminal) await printCallbacks(context, found);
  else if (found.length === 0)
    context.note(`no callback ${options.state === "failed" ? "has failed" : "is owed"}`);
  else await showTable(context, found);
  return 0;
};

async function showTable({ out }: Context, found: readonly CallbackEntry[]): Promise<void> {
  const { paint } = out;
  const now = Date.now();
  const rows = found.map((callback) => [
    { text: cleanLine(callback.task_id) },
    { text: callback.status, paint: (text: string) => paintStatus(paint, callback.status, text) },
    { text: cleanLine(callback.receiver) },
    { text: tellTries(callback, now), paint: (text: string) => paint("dim", text) },
  ]);
  const paintTitle = (title: string) => paint("dim", title);
  const lines = await layOutTable({ columns, rows, width: out.columns(), paintTitle });
  await out.write(`${lines.join("\n")}\n`);
}

async function printCallbacks(context: Context, found: readonly CallbackEntry[]): Promise<void> {
  for (const callback of found) {
    if (context.readerGone.aborted) return;
    if (context.json) await context.printJson(callback);
    else {
      const { task_id, execution, status, state, tries, tried_at, http_status, receiver, detail } = callback;
      await context.printFields(
        ...[task_id, execution, status, state, tries, tried_at, http_status, receiver, detail],
      );
    }
  }
}
