import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import type { Exit } from "@host-runner/contracts";
import type { OutputPipes } from "../output/output-pipes.ts";
import type { Command } from "./launcher.ts";

export type Spawned =
  | { pid: number; exited: Promise<Exit> }
  /** The operating system refused: its error code, such as ENOENT. */
  | { pid: undefined; errorCode: Promise<string> };

/**
 * Starts the command by Node's own spawn. It is running when this returns. Not by execa: all that it does beside that is
 * not wanted here, and costs each command almost a millisecond of CPU.
 *
 * Node tells a death by a real-time signal as exit code 0.
 */
export function spawnCommand(
  { file, args, environment, workingDirectory }: Command,
  pipes: OutputPipes,
): Spawned {
  const descriptors: number[] = [];
  let child: ChildProcess;
  try {
    for (const stream of ["stdout", "stderr"] as const) {
      // Blocks, as a command expects of its output.
      descriptors.push(openSync(pipes.path(stream), constants.O_WRONLY));
    }
    for (const stream of ["stdout", "stderr"] as const) rmSync(pipes.path(stream));
    pipes.areOpened();
    child = spawn(file, args, {
      // stdin is at its end from the start: an open one makes some agent CLIs wait for ever.
      stdio: ["ignore", ...descriptors],
      env: environment,
      cwd: workingDirectory,
      detached: true,
    });
  } catch (error) {
    return { pid: undefined, errorCode: Promise.resolve(codeOf(error)) };
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
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
