import { type ChildProcess, spawn } from "node:child_process";
import type { Exit } from "@host-runner/contracts";

/** A process to start, with nothing in it that anybody would still interpret. */
export interface Command {
  file: string;
  args: readonly string[];
  environment: Record<string, string>;
  workingDirectory: string;
}

/** The descriptors, of ours, that the command gets a copy of as its own 1 and 2. */
export interface OutputDescriptors {
  stdout: number;
  stderr: number;
}

export type Spawned =
  | { pid: number; exited: Promise<Exit> }
  /** The operating system refused: its error code, such as ENOENT. */
  | { pid: undefined; errorCode: Promise<string> };

/**
 * Starts the command as the leader of a session and a process group of its own, with the given environment and
 * output and no other descriptors. It is running when this returns. By spawn itself: all that execa does beside it is not
 * wanted here, and costs each command almost a millisecond of CPU.
 */
export function spawnCommand(
  { file, args, environment, workingDirectory }: Command,
  { stdout, stderr }: OutputDescriptors,
): Spawned {
  let child: ChildProcess;
  try {
    child = spawn(file, args, {
      // stdin is at its end from the start: an open one makes some agent CLIs wait for ever.
      stdio: ["ignore", stdout, stderr],
      env: environment,
      cwd: workingDirectory,
      detached: true,
    });
  } catch (error) {
    return { pid: undefined, errorCode: Promise.resolve(codeOf(error)) };
  }
  const { pid } = child;
  // Some refusals are thrown, the others told later.
  const errorCode = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(codeOf(error)));
  });
  if (pid === undefined) return { pid, errorCode };
  const exited = new Promise<Exit>((resolve) => {
    // Not "close": that one waits for everybody who holds a pipe.
    child.once("exit", (exitCode, signal) => {
      resolve(signal === null ? { kind: "exited", exitCode: exitCode ?? 0 } : { kind: "signaled", signal });
    });
  });
  return { pid, exited };
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? "unknown error";
