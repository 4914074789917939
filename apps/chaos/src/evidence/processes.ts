import { readdirSync, readFileSync } from "node:fs";

/** A process of one of the load's commands, found by what it has in its environment. */
export interface CommandProcess {
  pid: number;
  taskId: string;
  execution: number;
  attempt: number;
  /** The kernel's letter: R runs, S sleeps, D waits for a device, T is stopped. */
  state: string;
  command: string;
}

/**
 * The living processes of this trial's commands, and of what they started. Its temporary folder, which they inherit,
 * tells them from those of any other. A zombie has no environment any more, and is none.
 */
export function findCommandProcesses(tempFolder: string): CommandProcess[] {
  const ours = Buffer.from(`TMPDIR=${tempFolder}\0`);
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d/.test(name)) return [];
    try {
      const environment = readFileSync(`/proc/${name}/environ`);
      if (!environment.includes(ours) || !environment.includes("HOST_RUNNER_TASK_ID=")) return [];
      return [describeProcess(Number(name), environment.toString("utf8"))];
    } catch {
      // It ended meanwhile, or is another user's.
      return [];
    }
  });
}

function describeProcess(pid: number, environment: string): CommandProcess {
  const variables = environment.split("\0");
  const readVariable = (name: string) =>
    variables.find((variable) => variable.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return {
    pid,
    taskId: readVariable("HOST_RUNNER_TASK_ID"),
    execution: Number(readVariable("HOST_RUNNER_EXECUTION")),
    attempt: Number(readVariable("HOST_RUNNER_ATTEMPT")),
    state: stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "?",
    command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim(),
  };
}

/** SIGKILL; nothing where it is gone already. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
