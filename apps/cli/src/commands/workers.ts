import type { Verb } from "../program.ts";
import { formatAge } from "../tasks/format-time.ts";
import { cleanLine } from "../terminal/clean-text.ts";
import { type Column, layOutTable } from "../terminal/table.ts";

const columns: Column[] = [
  { title: "WORKER" },
  { title: "HOST", min: 6 },
  { title: "PROCESS", align: "right", optional: true },
  { title: "EXECUTORS" },
  { title: "BUSY", align: "right" },
  { title: "UP", align: "right", optional: true },
  { title: "TASKS", min: 8, optional: true },
];

export const workers: Verb = async (context) => {
  const client = await context.connect();
  const found = await client.workers();
  if (context.json || !context.out.isTerminal) {
    for (const worker of found) {
      if (context.json) await context.printJson(worker);
      else {
        const { id, host, pid, executors, tasks, slots, since } = worker;
        await context.printFields(id, host, pid, executors.join(","), tasks.length, slots, since);
      }
    }
    return 0;
  }
  if (found.length === 0) {
    context.note("no worker lives: nothing runs until one is started, with `host-runner up` or by itself");
    return 0;
  }
  const now = Date.now();
  const { paint } = context.out;
  const rows = found.map(({ id, host, pid, executors, tasks, slots, since }) => [
    { text: cleanLine(id) },
    { text: cleanLine(host) },
    { text: String(pid) },
    { text: cleanLine(executors.join(" ")) },
    {
      text: `${tasks.length}/${slots}`,
      paint: (text: string) => (tasks.length < slots ? text : paint("yellow", text)),
    },
    { text: formatAge(now - Date.parse(since)) },
    { text: cleanLine(tasks.join(" ")), paint: (text: string) => paint("dim", text) },
  ]);
  const paintTitle = (title: string) => paint("dim", title);
  const lines = await layOutTable({ columns, rows, width: context.out.columns(), paintTitle });
  await context.out.write(`${lines.join("\n")}\n`);
  return 0;
};
