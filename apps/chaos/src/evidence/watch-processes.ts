import { executionKey } from "./answer.ts";
import type { Sighting } from "./evidence.ts";
import { type CommandProcess, findCommandProcesses } from "./processes.ts";

interface WatchOptions {
  tempFolder: string;
  /** When an answer first said that the execution has ended, if one did. */
  endOf: (execution: string) => { at: number } | undefined;
  onSighting: (sighting: Sighting) => void;
}

export interface ProcessWatch {
  /** Looks whether anything lives of an execution that was just said to have ended. */
  lookAfterEnd(execution: { taskId: string; execution: number }): void;
  stop(): void;
}

/** Between two looks at everything that runs. */
const LOOK_EVERY_MS = 400;

/**
 * Looks for commands that run while none may: of executions that have ended, and of two attempts at once. Each
 * case is told once.
 */
export function watchProcesses({ tempFolder, endOf, onSighting }: WatchOptions): ProcessWatch {
  const told = new Map<string, Sighting>();
  const timer = setInterval(lookAtAll, LOOK_EVERY_MS);
  return {
    lookAfterEnd: (ended) => judgeEnded(findCommandProcesses(tempFolder).filter(isOf(ended))),
    stop: () => clearInterval(timer),
  };

  function lookAtAll(): void {
    const running = groupByExecution(findCommandProcesses(tempFolder));
    for (const processes of running.values()) {
      judgeEnded(processes);
      if (attemptsOf(processes).size > 1) judgeOverlap(processes);
    }
  }

  /** What it gets was looked up after the answer came: whatever lived then, lived after the end. */
  function judgeEnded(processes: CommandProcess[]): void {
    const [first] = processes;
    const end = first && endOf(executionKey(first.taskId, first.execution));
    if (!end) return;
    const now = Date.now();
    tell({ kind: "after-end", at: now, lastAt: now, endedAt: end.at, ...naming(first), processes });
  }

  /** One look takes a moment, in which one attempt may end and the next begin: a second look tells. */
  function judgeOverlap(seen: CommandProcess[]): void {
    const pids = new Set(seen.map(({ pid }) => pid));
    const processes = findCommandProcesses(tempFolder).filter(
      (process) => isOf(seen[0]!)(process) && pids.has(process.pid),
    );
    if (attemptsOf(processes).size < 2) return;
    const now = Date.now();
    tell({ kind: "overlap", at: now, lastAt: now, ...naming(processes[0]!), processes });
  }

  function tell(sighting: Sighting): void {
    const name = `${sighting.kind} ${executionKey(sighting.taskId, sighting.execution)}`;
    const earlier = told.get(name);
    if (earlier) {
      earlier.lastAt = sighting.at;
      return;
    }
    told.set(name, sighting);
    onSighting(sighting);
  }
}

const naming = ({ taskId, execution }: CommandProcess) => ({ taskId, execution });

const attemptsOf = (processes: CommandProcess[]) => new Set(processes.map(({ attempt }) => attempt));

const isOf =
  ({ taskId, execution }: { taskId: string; execution: number }) =>
  (process: CommandProcess) =>
    process.taskId === taskId && process.execution === execution;

function groupByExecution(processes: CommandProcess[]): Map<string, CommandProcess[]> {
  const groups = new Map<string, CommandProcess[]>();
  for (const process of processes) {
    const key = executionKey(process.taskId, process.execution);
    groups.set(key, [...(groups.get(key) ?? []), process]);
  }
  return groups;
}
