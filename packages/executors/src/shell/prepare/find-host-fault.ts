import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openOutputPipes } from "../output/output-pipes.ts";
import type { ShellRuntime } from "../shell-runtime.ts";
import { describeSpawnFailure, describeSystemError } from "../spawn/describe-spawn-failure.ts";
import { spawnCommand } from "../spawn/spawn-command.ts";
import { HostFault } from "./host-fault.ts";

/** A file of this size fits where prompts of the usual size do. */
const PROBE_BYTES = 64 * 1024;

const harmless = { file: "/bin/sh", args: ["-c", ":"], environment: {}, workingDirectory: "/" };

/**
 * Goes the way of a command with one that does nothing: folders, prompt file, pipes, place, process. Resolves with what
 * the host lacks, in one line; null where all of it worked. Never rejects.
 */
export async function findHostFault(runtime: ShellRuntime): Promise<string | null> {
  try {
    runtime.restoreFolders();
    await writeProbe(runtime.folder.prompts);
    return await startProbe(runtime);
  } catch (error) {
    if (error instanceof HostFault) return error.message;
    const { code, message } = error as NodeJS.ErrnoException;
    return code ? describeSystemError(code) : message;
  }
}

async function writeProbe(folder: string): Promise<void> {
  const path = join(folder, "probe");
  try {
    await writeFile(path, Buffer.alloc(PROBE_BYTES), { mode: 0o600 });
  } finally {
    await rm(path, { force: true });
  }
}

async function startProbe(runtime: ShellRuntime): Promise<string | null> {
  const pipes = await openOutputPipes(runtime.fifos);
  try {
    const place = runtime.reserve("probe");
    place.cancel();
    const output = { stdout: pipes.writeEnd("stdout"), stderr: pipes.writeEnd("stderr") };
    const spawned = spawnCommand(harmless, output);
    if (spawned.pid === undefined) return describeSpawnFailure(await spawned.errorCode, harmless);
    await spawned.exited;
    return null;
  } finally {
    pipes.close();
  }
}
