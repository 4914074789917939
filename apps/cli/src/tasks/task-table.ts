import type { TaskSummary, Worker } from "@host-runner/client";
import { cleanLine } from "../terminal/clean-text.ts";
import type { Stream } from "../terminal/streams.ts";
import { type Column, layOutTable } from "../terminal/table.ts";
import { paintStatus, tellDuration, tellSituation } from "./describe-task.ts";
import { formatAge } from "./format-time.ts";

const columns: Column[] = [
  // As wide as a UUID.
  { title: "TASK", usual: 36, cut: "middle" },
  { title: "RUN", usual: 20, min: 6, optional: true },
  { title: "STATUS" },
  { title: "AGE", align: "right", optional: true },
  { title: "TOOK", align: "right", optional: true },
  { title: "", min: 10, optional: true },
];

/** Tasks for eyes: as many columns as the terminal has room for. */
export function layOutTasks(
  tasks: readonly TaskSummary[],
  workers: readonly Worker[] | null,
  { paint, columns: width }: Stream,
): Promise<string[]> {
  const now = Date.now();
  const rows = tasks.map((task) => {
    const isOwnRun = task.run_id === `task-${task.task_id}`;
    return [
      { text: cleanLine(task.task_id) },
      { text: isOwnRun ? "" : cleanLine(task.run_id) },
      { text: task.status, paint: (text: string) => paintStatus(paint, task.status, text) },
      { text: formatAge(now - Date.parse(task.created_at)) },
      { text: tellDuration(task, now) },
      { text: tellSituation(task, { now, workers }), paint: (text: string) => paint("dim", text) },
    ];
  });
  return layOutTable({ columns, rows, width: width(), paintTitle: (title) => paint("dim", title) });
}
