import { basename } from "node:path";
import { checkCommand } from "./check-command.ts";
import { compileScript } from "./compile-script.ts";
import { SHELLS } from "./interpreters.ts";
import type { Placeholder, PlaceholderValues } from "./placeholder.ts";
import { splitArguments } from "./split-arguments.ts";
import { TemplateError } from "./template-error.ts";
import { isFixed, type Piece, type Word } from "./word.ts";

/** A template that has been found safe, ready to be filled in for each attempt. */
export interface CommandTemplate {
  /** What is started: a name, or a path. */
  program: string;
  uses(placeholder: Placeholder): boolean;
  fill(values: PlaceholderValues): [file: string, ...args: string[]];
}

type Argument = readonly Piece[];

/**
 * Compiles HOST_RUNNER_CMD_TEMPLATE for HOST_RUNNER_SHELL. A value reaches the command as one argument or a part of
 * one, or as a shell's variable; it is never read as code. Throws a TemplateError, which says what to write instead,
 * for a template in which it would be. Pure.
 */
export function compileTemplate(template: string, shell: string): CommandTemplate {
  if (template.trim() === "") throw new TemplateError("HOST_RUNNER_CMD_TEMPLATE is empty: write a command");
  if (template.includes("\0")) throw new TemplateError("HOST_RUNNER_CMD_TEMPLATE has a NUL character");
  const args =
    shell.trim() === "none" ? compileArguments(template) : compileForShell(template, parseShell(shell));
  const pieces = args.flat();
  return {
    // A template whose program is a placeholder is refused.
    program: args[0]!.join(""),
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

function parseShell(shell: string): string[] {
  const words = splitArguments(shell).words;
  if (findScript(words) === words.length && words.length > 0) return words.map(({ text }) => text);
  throw new TemplateError(
    `HOST_RUNNER_SHELL must be one of ${SHELLS.join(", ")} followed by -c or -lc, or none, not ${JSON.stringify(shell)}`,
  );
}

function compileForShell(template: string, shell: readonly string[]): Argument[] {
  const { words, needsShell, problem } = splitArguments(template);
  // A template that is nothing but a call of another shell is that call: compiled once, its text is read once.
  const isCall = shell.at(-1) === "-c" && needsShell === null && problem === null && findScript(words) > 0;
  return isCall ? compileWords(words) : [...shell.map((text) => [text]), ...compileCode(template)];
}

function compileArguments(template: string): Argument[] {
  const { words, needsShell, problem } = splitArguments(template);
  if (problem !== null) throw new TemplateError(`HOST_RUNNER_CMD_TEMPLATE ${problem}`);
  if (needsShell !== null && /[|&;<>()`]|line break/.test(needsShell)) {
    throw new TemplateError(
      `HOST_RUNNER_CMD_TEMPLATE has a ${needsShell} that only a shell understands: set HOST_RUNNER_SHELL to "bash -c", or quote it`,
    );
  }
  return compileWords(words);
}

function compileWords(words: readonly Word[]): Argument[] {
  const script = findScript(words);
  if (script < 0) {
    checkCommand(words);
    return words.map(({ pieces }) => pieces);
  }
  const before = words.slice(0, script).map(({ pieces }) => pieces);
  const [code, ...after] = words.slice(script);
  return code ? [...before, ...compileCode(code.text, after)] : before;
}

/** The script, its name, the values that it takes off, and the arguments that the template itself gives it. */
function compileCode(script: string, [name, ...args]: readonly Word[] = []): Argument[] {
  const { text, parameters } = compileScript(script);
  return [
    [text],
    name ? name.pieces : ["host-runner"],
    ...parameters.map((placeholder) => [{ placeholder }]),
    ...args.map(({ pieces }) => pieces),
  ];
}

/** Where the words call a shell with -c: the index at which its script is, or would be. -1 where they do not. */
function findScript(words: readonly Word[]): number {
  if (!words[0] || !isFixed(words[0]) || !SHELLS.includes(basename(words[0].text))) return -1;
  let isCode = false;
  for (let index = 1; index < words.length; index++) {
    const { text } = words[index]!;
    if (text === "--" && isCode) return index + 1;
    if (!/^[-+]/.test(text)) return isCode ? index : -1;
    if (/^-[a-zA-Z]*c[a-zA-Z]*$/.test(text)) isCode = true;
    // Takes a value: bash -o pipefail -c.
    if (/^[-+][a-zA-Z]*[oO]$|^--(rcfile|init-file)$/.test(text)) index++;
  }
  return isCode ? words.length : -1;
}
