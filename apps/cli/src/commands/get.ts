import type { Execution, Task } from "@host-runner/client";
import { paintState, tellTries } from "../callbacks/describe-callback.ts";
import type { Context } from "../context.ts";
import type { Verb } from "../program.ts";
import { paintStatus, tellDuration, tellSituation } from "../tasks/describe-task.ts";
import { formatAge } from "../tasks/format-time.ts";
import { cleanLine, toJsonLine } from "../terminal/clean-text.ts";
import { filterText } from "../terminal/output-filter.ts";
import type { Paint } from "../terminal/paint.ts";

interface GetOptions {
  execution?: number;
  executions?: boolean;
}

export const get: Verb<GetOptions> = async (context, [taskId = ""], { execution, executions }) => {
  const client = await context.connect();
  const found = executions ? await client.executions(taskId) : [await client.get(taskId, { execution })];
  for (const task of found) await show(context, task);
  return 0;
};

async function show(context: Context, task: Task | Execution): Promise<void> {
  if (context.json) return context.printJson(task);
  if (context.out.isTerminal) {
    const showOutput = context.raw ? (text: string) => text : filterText;
    return context.out.write(`${describe(task, context.out.paint, Date.now(), showOutput)}\n`);
  }
  for (const [name, value] of Object.entries(task)) {
    // JSON for what is no plain text, so that a line stays a line.
    const isPlain =
      value === null || typeof value === "number" || (typeof value === "string" && !/\p{Cc}/u.test(value));
    await context.printFields(name, isPlain ? value : toJsonLine(value));
  }
}

const NAME_COLUMNS = 12;

/** Everything of a task, for eyes. Pure. */
function describe(
  task: Task | Execution,
  paint: Paint,
  now: number,
  showOutput: (text: string) => string,
): string {
  const shown = (text: string | null) => text && showOutput(text.replace(/\n$/, ""));
  const took = tellDuration(task, now);
  const rows: [name: string, value: string | null][] = [
    [
      "status",
      `${paintStatus(paint, task.status)}  ${paint("dim", tellSituation(task, { now, workers: null }))}`,
    ],
    ["reason", task.reason],
    ["run", task.run_id],
    ["execution", String(task.execution)],
    ["attempt", `${task.attempt} of ${task.max_attempts}`],
    ["executor", task.executor],
    ["worker", task.worker && `${task.worker.id} on ${task.worker.host}, process ${task.worker.pid}`],
    ["submitted", tellTime(task.created_at, now)],
    ["started", tellTime(task.started_at, now)],
    ["cancel asked", tellTime(task.cancel_requested_at, now)],
    ["finished", tellTime(task.finished_at, now)],
    ["took", took || null],
    ["exit code", task.exit_code === null ? null : String(task.exit_code)],
    ["signal", task.signal],
    ["timeout", task.timeout_seconds === null ? null : `${task.timeout_seconds} s`],
    [
      "labels",
      task.labels &&
        Object.entries(task.labels)
          .map(([name, value]) => `${name}=${value}`)
          .join("  "),
    ],
    [
      "metadata",
      task.metadata === null || task.metadata === undefined ? null : JSON.stringify(task.metadata),
    ],
    ["mode", task.execution_mode === "no-workspace" ? null : task.execution_mode],
    ["directory", task.workspace?.project_root ?? null],
  ];
  const lines = rows.flatMap(([name, value]) => {
    if (value === null) return [];
    // The status is painted, and clean already.
    const shown = name === "status" ? value.trimEnd() : cleanLine(value);
    return [`  ${paint("dim", name.padEnd(NAME_COLUMNS))} ${shown}`];
  });
  const attempts = "attempts" in task && task.attempts.length > 1 ? describeAttempts(task, paint) : [];
  return [
    paint("bold", cleanLine(task.task_id)),
    ...lines,
    ...attempts,
    ...describeCallbacks(task, paint, now),
    ...describeStream("stdout", shown(task.stdout), task.stdout_bytes, task.stdout_truncated, paint),
    ...describeStream("stderr", shown(task.stderr), task.stderr_bytes, task.stderr_truncated, paint),
  ].join("\n");
}

function describeAttempts({ attempts }: Execution, paint: Paint): string[] {
  return attempts.map(({ attempt, message, exit_code, worker }) => {
    const code = exit_code === null ? "" : ` (exit code ${exit_code})`;
    return `  ${paint("dim", `attempt ${attempt}`.padEnd(NAME_COLUMNS))} ${cleanLine(`${message}${code} on ${worker.host}`)}`;
  });
}

function describeCallbacks({ callbacks }: Task, paint: Paint, now: number): string[] {
  return (callbacks ?? []).map((callback) => {
    const { status, state } = callback;
    const name = paint("dim", "callback".padEnd(NAME_COLUMNS));
    const words = paint("dim", tellTries(callback, now));
    return `  ${name} tells ${status.padEnd(8)} ${paintState(paint, state, state.padEnd(9))}  ${words}`;
  });
}

function describeStream(
  name: string,
  text: string | null,
  bytes: number | null,
  truncated: boolean | null,
  paint: Paint,
): string[] {
  if (!text) return [];
  const title = truncated ? `${name}, the end of ${bytes} bytes` : `${name}, ${bytes} bytes`;
  return [paint("dim", title), text];
}

function tellTime(instant: string | null, now: number): string | null {
  return instant && `${instant}  ${formatAge(now - Date.parse(instant))} ago`;
}
