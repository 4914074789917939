import type { Exit } from "@host-runner/contracts";
import { execa } from "execa";

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
 * output and no other descriptors. It is running when this returns.
 */
export function spawnCommand(
  { file, args, environment, workingDirectory }: Command,
  { stdout, stderr }: OutputDescriptors,
): Spawned {
  const subprocess = execa(file, args, {
    // stdin is at its end from the start: an open one makes some agent CLIs wait for ever.
    stdin: "ignore",
    stdout: descriptor(stdout),
    stderr: descriptor(stderr),
    env: environment,
    extendEnv: false,
    cwd: workingDirectory,
    detached: true,
    // A failing command is a result.
    reject: false,
    // The descriptors are ours: execa has no stream to wait for, so nothing that holds one open can delay it.
    buffer: false,
    stripFinalNewline: false,
    // Its hook at our exit would know of this one process alone; the guard knows of them all.
    cleanup: false,
    forceKillAfterDelay: false,
  });
  const { pid } = subprocess;
  if (pid === undefined) {
    return { pid, errorCode: subprocess.then(({ code }) => code ?? "unknown error") };
  }
  const exited = new Promise<Exit>((resolve) => {
    // Not "close": that one waits for everybody who holds a pipe.
    subprocess.once("exit", (exitCode, signal) => {
      resolve(signal === null ? { kind: "exited", exitCode: exitCode ?? 0 } : { kind: "signaled", signal });
    });
  });
  return { pid, exited };
}

/** execa passes every descriptor on; its types happen to end at 9. */
const descriptor = (number: number) => number as 3;
