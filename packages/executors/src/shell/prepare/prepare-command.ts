import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ShellConfig } from "../../config.ts";
import type { Attempt } from "../../executor.ts";
import { COOKIE_NAME } from "../containment/cookie.ts";
import type { Command } from "../launch/launcher.ts";
import type { CommandTemplate } from "../template/compile-template.ts";
import { checkArguments } from "./check-arguments.ts";
import { attemptEnvironment } from "./environment.ts";
import { toHostFault } from "./host-fault.ts";
import { resolveWorkingDirectory } from "./working-directory.ts";

export interface PreparedCommand extends Command {
  /** Removes what was made for this attempt alone. */
  discard(): Promise<void>;
}

interface PrepareCommandOptions {
  template: CommandTemplate;
  shell: ShellConfig;
  /** The part of the environment that all commands share. */
  inherited: Record<string, string>;
  defaultDirectory: string;
  /** What its processes carry in their environment; unique, so it names its prompt file too. */
  mark: string;
  promptFolder: string;
  /** Makes the worker's folders again, where somebody has removed them. */
  restoreFolders: () => void;
}

/**
 * Everything that an attempt's command needs to be started. Throws a PreparationError where the task is at fault, and a
 * HostFault where its prompt cannot be written.
 */
export async function prepareCommand(
  attempt: Attempt,
  { template, shell, inherited, defaultDirectory, mark, promptFolder, restoreFolders }: PrepareCommandOptions,
): Promise<PreparedCommand> {
  const { environment, allowedRoots } = shell;
  const promptFile = join(promptFolder, mark.slice(mark.indexOf(".") + 1, -1));
  const [file, ...args] = template.fill({
    prompt: attempt.prompt,
    task_id: attempt.taskId,
    run_id: attempt.runId,
    prompt_file: promptFile,
  });
  checkArguments([file, ...args]);
  const workingDirectory = await resolveWorkingDirectory(attempt.projectRoot, {
    allowedRoots,
    fallback: defaultDirectory,
  });
  if (template.uses("prompt_file")) await writePrompt(promptFile, attempt.prompt, restoreFolders);
  return {
    file,
    args,
    workingDirectory,
    environment: attemptEnvironment(inherited, attempt, {
      outerCookie: environment[COOKIE_NAME],
      mark,
    }),
    discard: async () => {
      if (template.uses("prompt_file")) await rm(promptFile, { force: true });
    },
  };
}

async function writePrompt(path: string, prompt: string, restoreFolders: () => void): Promise<void> {
  try {
    await write().catch((error) => {
      if (error.code !== "ENOENT") throw error;
      restoreFolders();
      return write();
    });
  } catch (error) {
    await rm(path, { force: true });
    throw toHostFault("cannot write the prompt file", error);
  }

  function write(): Promise<void> {
    // "wx": never into a file, or through a link, that is already there.
    return writeFile(path, prompt, { mode: 0o600, flag: "wx" });
  }
}
