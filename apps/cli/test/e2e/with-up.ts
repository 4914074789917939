import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Task } from "@host-runner/contracts";
import { findProcesses, freePort, type Program, waitFor, withProgram } from "@host-runner/testing";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface Up extends Program {
  url: string;
  /** The processes of `up` and all that it started. */
  processes: () => { pid: number; command: string }[];
  /** Resolves when the first task was shown and the log begins. */
  started: () => Promise<unknown>;
  submit: (body: object) => Promise<Task>;
  get: (taskId: string) => Promise<Task>;
  waitForStatus: (taskId: string, status: string) => Promise<Task>;
}

interface UpSetup {
  dir: string;
  args?: string[];
  env?: Record<string, string>;
}

/** Runs `host-runner up` in the folder, and fails where anything of it is left afterwards. */
export async function withUp<T>(
  { dir, args = [], env = {} }: UpSetup,
  body: (up: Up) => Promise<T>,
): Promise<T> {
  const mark = randomUUID();
  const port = await freePort();
  const variables = { HOST_RUNNER_PORT: String(port), UP_TEST_MARK: mark, ...env };
  const options = { command: process.execPath, args: [main, "up", ...args], cwd: dir, env: variables };
  const url = `http://127.0.0.1:${variables.HOST_RUNNER_PORT}`;
  const call = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${url}${path}`, { ...init, headers: { "content-type": "application/json" } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Task;
  };
  // By its environment, and Redis by its folder: it overwrites its environment with its title.
  const find = () => [
    ...new Map([mark, dir].flatMap(findProcesses).map((found) => [found.pid, found])).values(),
  ];
  const ofOthers = new Set(find().map(({ pid }) => pid));
  const processes = () => find().filter(({ pid }) => !ofOthers.has(pid));
  const get = (taskId: string) => call(`/tasks/${encodeURIComponent(taskId)}`);
  try {
    const result = await withProgram(options, (program) =>
      body({
        ...program,
        url,
        get,
        processes,
        started: () => program.waitForOutput(/a second one ends it at once/, 25_000),
        submit: (task) => call("/tasks", { method: "POST", body: JSON.stringify(task) }),
        waitForStatus: (taskId, status) =>
          waitFor(
            async () => {
              const task = await get(taskId);
              return task.status === status && task;
            },
            { description: `task ${taskId} is ${status}` },
          ),
      }),
    );
    const description = "nothing is left of up and its children";
    await waitFor(() => processes().length === 0 || Promise.reject(processes()), {
      description,
    });
    return result;
  } finally {
    for (const { pid } of processes()) process.kill(pid, "SIGKILL");
  }
}
