import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ShellConfig } from "../src/index.ts";
import { helperOf } from "./keeper-processes.ts";

export interface TestWorker {
  process: ChildProcess;
  pid: number;
  /** Its folder under the state folder. */
  folder: string;
  /** Null where its level of containment has none. */
  helperPid: number | null;
  /** Ends it at once, and waits until it has. */
  kill(): Promise<void>;
}

interface StartWorkerOptions {
  folder: string;
  gracePeriodMs: number;
  /** What its tasks run, one script each. */
  prompts: string[];
  shell?: Partial<ShellConfig>;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Starts a worker process of its own, from what the build made; resolves when its executors have started. */
export async function startWorker({
  folder,
  gracePeriodMs,
  prompts,
  shell,
}: StartWorkerOptions): Promise<TestWorker> {
  const stateDir = join(folder, "state");
  const known = foldersOf(stateDir);
  const config = {
    workerId: "fixture",
    mockDurationMs: 1,
    gracePeriodMs,
    shell: {
      template: `sh -c '. "$1"' name {prompt_file}`,
      shell: "none",
      envAllow: [],
      allowedRoots: null,
      environment: { PATH: process.env.PATH, HOME: folder },
      stateDir,
      ...shell,
    },
  };
  const modules = new URL("../dist/index.js", import.meta.url).href;
  const script = fileURLToPath(new URL("fixture-worker.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify({ modules, config, prompts })], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  await Promise.race([once(child.stdout!, "data"), exited]);
  const workerFolder = join(stateDir, foldersOf(stateDir).find((name) => !known.includes(name)) ?? "");
  return {
    process: child,
    pid: child.pid!,
    folder: workerFolder,
    helperPid: helperOf(workerFolder),
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

export function foldersOf(stateDir: string): string[] {
  try {
    return readdirSync(stateDir);
  } catch {
    return [];
  }
}

/** Makes what the tests of dying workers run: Node cannot load the sources by itself. */
export function build(): void {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-b", join(root, "packages/executors")],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stdout);
}
