import type { Command } from "./spawn-command.ts";

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
