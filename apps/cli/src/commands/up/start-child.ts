import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";

export interface ChildStart {
  /** A built program of ours. */
  program: string;
  environment: NodeJS.ProcessEnv;
  /** Keeps Redis for as long as the child runs, see local-redis. */
  lifeline: Writable | undefined;
  onLine: (line: string, stream: "stdout" | "stderr") => void;
}

export interface Child {
  pid: number | undefined;
  /** How it ended, in words for people. Resolves after its last line was read. Never rejects. */
  ended: Promise<string>;
  signal(name: NodeJS.Signals): void;
}

/**
 * Starts a program in a session of its own, so that a terminal's Ctrl-C reaches `up` alone, and with an IPC
 * channel, whose loss tells it that `up` is gone, however that went.
 */
export function startChild({ program, environment, lifeline, onLine }: ChildStart): Child {
  const child: ChildProcess = spawn(process.execPath, ["--enable-source-maps", program], {
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc", ...(lifeline ? [lifeline] : [])],
  });
  for (const name of ["stdout", "stderr"] as const) {
    const stream = child[name];
    if (stream) createInterface({ input: stream }).on("line", (line) => onLine(line, name));
  }
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(`it could not be started: ${error.message}`));
    // A descendant that escaped may hold the pipes for long: its lines are not waited for.
    child.on("exit", (code, signal) => {
      const ending = signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`;
      const settle = () => resolve(ending);
      child.once("close", settle);
      setTimeout(settle, READ_REST_MS).unref();
    });
  });
  return { pid: child.pid, ended, signal: (name) => void child.kill(name) };
}

const READ_REST_MS = 500;
