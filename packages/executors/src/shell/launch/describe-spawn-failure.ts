import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { Exit } from "@host-runner/contracts";
import type { FailedStep } from "../../keeper/protocol.ts";
import { directoryErrors } from "../prepare/working-directory.ts";
import type { Command } from "./launcher.ts";

export const usePromptFile = "use {prompt_file} instead of {prompt} in HOST_RUNNER_CMD_TEMPLATE";

/** Says in one line why a command could not be started, and where it helps what to do. Pure. */
export function describeSpawnFailure(code: string, { file, workingDirectory }: Command): string {
  switch (code) {
    case "ENOENT":
      return file.includes("/")
        ? `cannot run ${file}: no such file, or the interpreter in its first line is missing`
        : `command not found: ${file} is in none of the folders in PATH`;
    case "EACCES":
    case "EPERM":
      return `not executable: ${file} (permission denied)`;
    case "ENOTDIR":
      return `cannot run ${file} in ${workingDirectory}: a part of a path is not a directory`;
    case "E2BIG":
      return `the command's arguments and environment are too long for this system: ${usePromptFile}`;
    default:
      return `cannot run ${file}: ${describeSystemError(code)}`;
  }
}

/** Refusals that concern the whole host: every command would meet them. */
const hostCodes = new Set([
  "EAGAIN",
  "ENOMEM",
  "EMFILE",
  "ENFILE",
  "ENOSPC",
  "EDQUOT",
  "EROFS",
  "EIO",
  "ETXTBSY",
]);

/** Whether the operating system refuses every command, not only this one. Pure. */
export function isHostFault(code: string): boolean {
  return hostCodes.has(code);
}

/** What the system has run out of, in words; the code itself where there are none for it. */
export function describeSystemError(code: string): string {
  return systemErrors[code] ?? code;
}

const systemErrors: Record<string, string> = {
  EMFILE: "out of file descriptors",
  ENFILE: "out of file descriptors on this host",
  EAGAIN: "out of process ids, or too many processes",
  ENOMEM: "out of memory",
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EIO: "the disk fails (input/output error)",
  ETXTBSY: "the program is being written",
  EACCES: "permission denied",
  ENOENT: "a folder was removed",
  ELOOP: "too many symbolic links",
};

/** Whose fault it is that the command could not be started: its own, or the host's. */
export function explainRefusal(step: FailedStep, code: string, command: Command): Exit {
  if (step === "chdir") {
    const message = `working directory ${JSON.stringify(command.workingDirectory)} ${directoryErrors[code] ?? describeSystemError(code)}`;
    return isHostFault(code)
      ? { kind: "not-started", hostFault: message }
      : { kind: "spawn-failed", message };
  }
  // Whatever else fails before the program is started concerns what the worker made for the command.
  if (step !== "exec") {
    return {
      kind: "not-started",
      hostFault: `cannot start a command (${step}): ${describeSystemError(code)}`,
    };
  }
  const message = describeSpawnFailure(code, command);
  // Also said of a working directory that was removed a moment ago, which a relative path depends on as well.
  const isOfWorkspace = command.file.includes("/") && !isAbsolute(command.file);
  const hasVanished = code === "ENOENT" && !isOfWorkspace && existsSync(command.workingDirectory);
  if (isHostFault(code) || hasVanished) return { kind: "not-started", hostFault: message };
  return { kind: "spawn-failed", message };
}
