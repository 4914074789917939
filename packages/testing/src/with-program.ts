import { type ChildProcess, spawn } from "node:child_process";
import { waitFor } from "./wait-for.ts";

export interface ProgramOptions {
  command: string;
  args?: readonly string[];
  cwd?: string;
  /** The environment but for PATH and HOME: nothing else is inherited, REDIS_URL least of all, and these where not undefined. */
  env?: Record<string, string | undefined>;
}

export interface Program {
  child: ChildProcess;
  pid: number;
  /** What it wrote so far to stdout and stderr. */
  stdout: () => string;
  stderr: () => string;
  /** Resolves to the match, as soon as the output has it. Fails early where the program has ended. */
  waitForOutput: (pattern: RegExp, timeoutMs?: number) => Promise<RegExpExecArray>;
  /** Resolves when it has ended and all of its output is read. */
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Runs the body with a child process, which is killed afterwards where it still runs. */
export async function withProgram<T>(
  { command, args = [], cwd, env = {} }: ProgramOptions,
  body: (program: Program) => T | Promise<T>,
): Promise<T> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(command, args, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  let ended = false;
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      ended = true;
      resolve({ code, signal });
    });
  });
  // Not every test waits for it.
  exit.catch(() => {});
  try {
    return await body({
      child,
      pid: child.pid ?? -1,
      stdout: () => output.stdout,
      stderr: () => output.stderr,
      exit,
      async waitForOutput(pattern, timeoutMs = 15_000) {
        const description = () => `${pattern} in the output:\n${output.stdout}${output.stderr}`;
        const find = () => pattern.exec(output.stdout) ?? pattern.exec(output.stderr) ?? undefined;
        const match = await waitFor(() => find() ?? ended, { description: String(pattern), timeoutMs }).catch(
          () => undefined,
        );
        // All of the output was read before it counts as ended.
        const found = match === true ? find() : match;
        if (!found) throw new Error(`${ended ? "the program ended" : "waited in vain"}: no ${description()}`);
        return found;
      },
    });
  } finally {
    child.kill("SIGKILL");
  }
}
