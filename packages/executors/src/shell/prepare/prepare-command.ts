import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ShellConfig } from "../../config.ts";
import type { Attempt } from "../../executor.ts";
import { COOKIE_NAME } from "../containment/cookie.ts";
import { describeSystemError } from "../spawn/describe-spawn-failure.ts";
import type { Command } from "../spawn/spawn-command.ts";
import type { CommandTemplate } from "../template/compile-template.ts";
import { checkArguments } from "./check-arguments.ts";
import { attemptEnvironment } from "./environment.ts";
import { PreparationError } from "./preparation-error.ts";
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
}

/** Everything that an attempt's command needs to be started. Throws a PreparationError where that cannot be. */
export async function prepareCommand(
  attempt: Attempt,
  { template, shell, inherited, defaultDirectory, mark, promptFolder }: PrepareCommandOptions,
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
  if (template.uses("prompt_file")) await writePrompt(promptFile, attempt.prompt);
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

async function writePrompt(path: string, prompt: string): Promise<void> {
  try {
    // "wx": never into a file, or through a link, that is already there.
    await writeFile(path, prompt, { mode: 0o600, flag: "wx" });
  } catch (error) {
    await rm(path, { force: true });
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new PreparationError(`cannot write the prompt file: ${describeSystemError(code)}`);
  }
}
