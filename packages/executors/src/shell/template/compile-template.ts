import { compileScript } from "./compile-script.ts";
import { findScript, SHELLS } from "./find-script.ts";
import { judgeCommand, type Policy } from "./judge-command.ts";
import type { Placeholder, PlaceholderValues } from "./placeholder.ts";
import { scriptProgram } from "./script-program.ts";
import { splitArguments } from "./split-arguments.ts";
import { EXAMPLE, quoteWord, refuse, TemplateError, type TemplateWarning } from "./template-error.ts";
import { assignedName } from "./variables.ts";
import type { Piece, Word } from "./word.ts";

/** A template that has been found safe, ready to be filled in for each attempt. */
export interface CommandTemplate {
  /** The programs that every attempt starts, as far as that is plain: names, or paths. */
  programs: readonly string[];
  uses(placeholder: Placeholder): boolean;
  /** Places where a program may take a value for an option. */
  warnings: readonly TemplateWarning[];
  fill(values: PlaceholderValues): [file: string, ...args: string[]];
}

type Argument = readonly Piece[];

interface CompileOptions {
  /** HOST_RUNNER_TRUSTED_PROGRAMS: programs whose arguments are data. */
  trustedPrograms?: readonly string[] | undefined;
}

/** Longer templates belong into a script. The check of one takes milliseconds. */
const LONGEST = 8_192;

/**
 * Compiles HOST_RUNNER_CMD_TEMPLATE for HOST_RUNNER_SHELL. A value reaches the command as one argument or a part of one,
 * or as a shell's variable; it is never read as code. Throws a TemplateError, which says what to write instead, for a
 * template in which it would be. Pure.
 */
export function compileTemplate(
  template: string,
  shell: string,
  { trustedPrograms = [] }: CompileOptions = {},
): CommandTemplate {
  if (template.trim() === "") throw new TemplateError("HOST_RUNNER_CMD_TEMPLATE is empty: write a command");
  if (template.includes("\0")) throw new TemplateError("HOST_RUNNER_CMD_TEMPLATE has a NUL character");
  if (template.length > LONGEST) {
    throw new TemplateError(
      `HOST_RUNNER_CMD_TEMPLATE has more than ${LONGEST} characters: put them into a script, and call that`,
    );
  }
  const policy: Policy = { trusted: new Set(trustedPrograms.map(checkTrusted)), warnings: [], programs: [] };
  const args =
    shell.trim() === "none"
      ? compileArguments(template, policy)
      : compileForShell(template, parseShell(shell), policy);
  const pieces = args.flat();
  // A template whose program is a placeholder is refused.
  policy.programs.unshift(args[0]!.join(""));
  return {
    programs: policy.programs,
    warnings: policy.warnings,
    uses: (name) => pieces.some((piece) => typeof piece === "object" && piece.placeholder === name),
    fill: (values) => {
      const filled = args.map((pieces) =>
        pieces.map((piece) => (typeof piece === "string" ? piece : values[piece.placeholder])).join(""),
      );
      // There is at least one: no template is empty.
      return filled as [string, ...string[]];
    },
  };
}

/** A shell takes code by all definitions, and what it does with it is compiled here. */
function checkTrusted(program: string): string {
  if (!SHELLS.includes(program.slice(program.lastIndexOf("/") + 1))) return program;
  throw new TemplateError(
    `HOST_RUNNER_TRUSTED_PROGRAMS names ${program}, which runs its arguments as code: take it out of the list`,
  );
}

function parseShell(shell: string): string[] {
  const words = splitArguments(shell).words;
  if (findScript(words) === words.length && words.length > 0) return words.map(({ text }) => text);
  throw new TemplateError(
    `HOST_RUNNER_SHELL must be one of ${SHELLS.join(", ")} followed by -c or -lc, or none, not ${JSON.stringify(shell)}`,
  );
}

function compileForShell(template: string, shell: readonly string[], policy: Policy): Argument[] {
  const { words, needsShell, problem } = splitArguments(template);
  // A template that is nothing but a call of another shell is that call: compiled once, its text is read once.
  const isCall = shell.at(-1) === "-c" && needsShell === null && problem === null && findScript(words) > 0;
  return isCall
    ? compileWords(words, policy)
    : [...shell.map((text) => [text]), ...compileCode(template, { policy, shell })];
}

function compileArguments(template: string, policy: Policy): Argument[] {
  const { words, needsShell, problem } = splitArguments(template);
  if (problem !== null) throw new TemplateError(`HOST_RUNNER_CMD_TEMPLATE ${problem}`);
  if (needsShell !== null && /[|&;<>()`]|line break/.test(needsShell)) {
    throw new TemplateError(
      `HOST_RUNNER_CMD_TEMPLATE has a ${needsShell} that only a shell understands: set HOST_RUNNER_SHELL to "bash -c", or quote it`,
    );
  }
  if (words[0] && assignedName(words[0].fixed) !== null) {
    throw new TemplateError(
      `HOST_RUNNER_CMD_TEMPLATE begins with ${quoteWord(words[0].text)}, which only a shell understands: set HOST_RUNNER_SHELL to "bash -c", or write env before it`,
    );
  }
  return compileWords(words, policy);
}

function compileWords(words: readonly Word[], policy: Policy): Argument[] {
  const script = findScript(words);
  if (script < 0) {
    judgeCommand({ words: [...words], stdin: null }, policy);
    return words.map(({ pieces }) => pieces);
  }
  const before = words.slice(0, script);
  for (const { placeholders, text } of before) {
    if (placeholders[0]) {
      throw refuse(placeholders[0], `in ${quoteWord(text)}, an option of a shell`, EXAMPLE);
    }
  }
  const options = before.map(({ pieces }) => pieces);
  const [code, ...after] = words.slice(script);
  if (!code) return options;
  const shell = before.map(({ text }) => text);
  return [...options, ...compileCode(code.text, { policy, shell }, after)];
}

/** The script, its name, the values that it takes off, and the arguments that the template itself gives it. */
function compileCode(
  script: string,
  { policy, shell }: { policy: Policy; shell: readonly string[] },
  [name, ...args]: readonly Word[] = [],
): Argument[] {
  const { text, parameters } = compileScript(script, policy);
  const program = scriptProgram(shell, script);
  if (program !== null) policy.programs.push(program);
  return [
    [text],
    name ? name.pieces : ["host-runner"],
    ...parameters.map((placeholder) => [{ placeholder }]),
    ...args.map(({ pieces }) => pieces),
  ];
}
