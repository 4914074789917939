import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { OutputSummary } from "@host-runner/contracts";
import { expect } from "@jest/globals";
import {
  type Attempt,
  createExecutors,
  createOutputRecorder,
  type ExecutionResult,
  type Executor,
  type Executors,
  type OutputSink,
  type ShellConfig,
} from "../src/index.ts";
import { workerMark } from "../src/shell/containment/cookie.ts";
import { environmentHolds, listPids } from "../src/shell/containment/proc.ts";
import { levelOf } from "./containment-levels.ts";
import { withFolder } from "./with-folder.ts";

interface WithShellOptions extends Partial<ShellConfig> {
  gracePeriodMs?: number;
}

export interface RunOptions extends Partial<Attempt> {
  signal?: AbortSignal;
  /** Gets the output instead of the recorder. */
  sink?: OutputSink;
}

export interface TestShell {
  executor: Executor;
  executors: Executors;
  containment: string;
  /** An empty folder of this test's. */
  folder: string;
  stateDir: string;
  run(options?: RunOptions): Promise<{ result: ExecutionResult; output: OutputSummary }>;
}

export const attempt: Attempt = {
  taskId: "task-1",
  runId: "run-1",
  execution: 1,
  attempt: 1,
  prompt: "a prompt",
  projectRoot: null,
};

/** Starts a shell executor, and fails the test if it leaves a process or a file behind when it is closed. */
export async function withShell(
  template: string,
  { gracePeriodMs = 2_000, ...shell }: WithShellOptions,
  use: (shell: TestShell) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const stateDir = shell.stateDir ?? join(folder, "state");
    const { PATH } = process.env;
    const executors = createExecutors({
      workerId: "test",
      mockDurationMs: 1,
      gracePeriodMs,
      shell: {
        template,
        shell: "bash -c",
        envAllow: [],
        allowedRoots: null,
        environment: { PATH, HOME: folder },
        ...shell,
        stateDir,
      },
    });
    const { containment } = await executors.start();
    if (shell.containment) expect(levelOf(containment)).toBe(shell.containment);
    const [workerKey = ""] = readdirSync(stateDir).map((name) => name.split(".")[0]!);
    const executor = executors.resolve("shell")!;
    try {
      await use({
        executor,
        executors,
        containment,
        folder,
        stateDir,
        run: (options) => runAttempt(executor, options),
      });
    } finally {
      await executors.close();
    }
    expect({ processes: markedProcesses(workerKey), files: readdirSync(stateDir) }).toEqual({
      processes: [],
      files: [],
    });
  });
}

/** Runs one attempt with a recorder for its output. */
export async function runAttempt(
  executor: Executor,
  { signal = new AbortController().signal, sink, ...rest }: RunOptions = {},
) {
  const recorder = createOutputRecorder({ tailBytes: 65_536 });
  const result = await executor.execute({ ...attempt, ...rest }, { signal, output: sink ?? recorder });
  return { result, output: recorder.summary() };
}

function markedProcesses(workerKey: string): number[] {
  if (process.platform !== "linux") return [];
  const mark = Buffer.from(workerMark(workerKey));
  return listPids().filter((pid) => environmentHolds(pid, mark));
}
