import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { basename, delimiter, isAbsolute, join } from "node:path";
import { execa } from "execa";
import { compileTemplate } from "./compile-template.ts";
import { SHELLS } from "./find-script.ts";
import type { PlaceholderValues } from "./placeholder.ts";
import { isProgramName } from "./script-program.ts";
import { splitArguments } from "./split-arguments.ts";
import type { TemplateWarning } from "./template-error.ts";

/** What would be started for a task, and what would keep it from starting. */
export interface DryRun {
  /** As the system would get it, with the values in their places. */
  command: string[];
  /** It would not start: the program is not there, or the shell cannot read the script. */
  problem: string | null;
  /** It may not do what is meant: the script's first program is not on this PATH. */
  doubt: string | null;
  /** Places where a program may take a value for an option. */
  warnings: readonly TemplateWarning[];
}

const CHECK_WITHIN_MS = 5_000;

/**
 * Fills a template in and starts nothing of it: the shell reads its script without running it (-n), the program is looked
 * for on PATH. Throws a TemplateError where a worker would refuse the template.
 */
export async function dryRunTemplate(
  template: string,
  shell: string,
  values: PlaceholderValues,
  environment: Record<string, string | undefined>,
  trustedPrograms: readonly string[] = [],
): Promise<DryRun> {
  const { fill, warnings } = compileTemplate(template, shell, { trustedPrograms });
  const command = fill(values);
  const [file, ...args] = command;
  const path = environment.PATH ?? "";
  if (!(await isOnPath(file, path)))
    return { command, problem: `${file} is not on PATH`, doubt: null, warnings };
  if (!SHELLS.includes(basename(file))) return { command, problem: null, doubt: null, warnings };
  const { exitCode, stderr } = await execa(file, ["-n", ...args], {
    reject: false,
    stdin: "ignore",
    timeout: CHECK_WITHIN_MS,
    env: { PATH: path },
    extendEnv: false,
  });
  const problem = exitCode === 0 ? null : `${basename(file)} cannot read it: ${stderr.trim()}`;
  const program = firstProgram(template);
  const isThere = program === null || (await isOnPath(program, path));
  return { command, problem, doubt: isThere ? null : `${program} is not on PATH`, warnings };
}

/** The name with which a script begins, where that is plainly a program's. */
function firstProgram(template: string): string | null {
  const { words } = splitArguments(template);
  const first = words[0]?.text ?? "";
  return isProgramName(first) ? first : null;
}

async function isOnPath(file: string, path: string): Promise<boolean> {
  const candidates =
    file.includes("/") || isAbsolute(file)
      ? [file]
      : path.split(delimiter).map((folder) => join(folder, file));
  const found = await Promise.all(
    candidates.map((candidate) =>
      access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
