import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attemptMark } from "../containment/cookie.ts";
import { describeSystemError } from "../launch/describe-spawn-failure.ts";
import { openOutputPipes } from "../output/output-pipes.ts";
import type { ShellRuntime } from "../shell-runtime.ts";
import { HostFault } from "./host-fault.ts";

/** A file of this size fits where prompts of the usual size do. */
const PROBE_BYTES = 64 * 1024;

const harmless = { file: "/bin/sh", args: ["-c", ":"], environment: {}, workingDirectory: "/" };

/**
 * Goes the way of a command with one that does nothing: folders, prompt file, pipes, process. Resolves with what
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
    const mark = attemptMark(runtime.workerKey, runtime.nextSequence());
    const { exit } = await runtime.launcher.launch(harmless, { pipes, mark }).ended;
    if (exit.kind === "not-started") return exit.hostFault;
    return exit.kind === "spawn-failed" ? exit.message : null;
  } finally {
    pipes.close();
  }
}
