import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export interface ProgramOptions {
  /** In messages about it. */
  name: string;
  file: string;
  /** Options of Node itself. */
  nodeOptions?: string[];
  /** All of its environment. */
  env: Record<string, string>;
  /** Takes what it writes, as under a supervisor. */
  logFile: string;
  /** What it writes when it is ready. */
  ready: RegExp;
}

export interface Program {
  pid: number;
  /** What it wrote when it was ready. */
  greeting: RegExpExecArray;
  /** From its start until then. */
  readyMs: number;
  /** Sends a message, and resolves to the one that comes back. */
  ask<Answer>(message: string | object): Promise<Answer>;
  /** Asks it to end, and kills it where it does not. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 2;

/** Starts a Node program, which ends with this process, and waits until it is ready. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { name, logFile, ready } = options;
  const startedAt = performance.now();
  const child = spawnProgram(options);
  const exited = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  });
  const kill = () => void child.kill("SIGKILL");
  try {
    const greeting = await untilReady();
    return { pid: child.pid ?? -1, greeting, readyMs: performance.now() - startedAt, ask, stop };
  } catch (error) {
    kill();
    throw error;
  }

  async function untilReady(): Promise<RegExpExecArray> {
    for (;;) {
      const found = ready.exec(readFileSync(logFile, "utf8"));
      if (found) return found;
      if (hasEnded(child)) throw new Error(`${name} ended at its start${lastWords()}`);
      if (performance.now() - startedAt > READY_WITHIN_MS)
        throw new Error(`${name} never was ready${lastWords()}`);
      await delay(LOOK_EVERY_MS);
    }
  }

  function ask<Answer>(message: string | object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const failed = () => reject(new Error(`${name} ended before it answered${lastWords()}`));
      child.once("exit", failed);
      child.once("message", (answer) => {
        child.off("exit", failed);
        resolve(answer as Answer);
      });
      child.send(message);
    });
  }

  async function stop(): Promise<void> {
    child.kill("SIGTERM");
    const impatient = setTimeout(kill, STOP_WITHIN_MS);
    await exited;
    clearTimeout(impatient);
  }

  function lastWords(): string {
    const lines = readFileSync(logFile, "utf8").trim().split("\n").slice(-5);
    return lines.join("") === "" ? "" : `; its last words:\n${lines.join("\n")}`;
  }
}

/** With a channel to this process, whose loss tells it that we are gone. */
function spawnProgram({ file, nodeOptions = [], env, logFile }: ProgramOptions): ChildProcess {
  const log = openSync(logFile, "a");
  try {
    return spawn(process.execPath, [...nodeOptions, file], { env, stdio: ["ignore", log, log, "ipc"] });
  } finally {
    closeSync(log);
  }
}

function hasEnded({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null || pid === undefined;
}
