import { EXAMPLE, quoteWord, refuse } from "./template-error.ts";
import { assignedName, isEvaluated } from "./variables.ts";
import type { Word } from "./word.ts";

/**
 * Throws where a builtin of a shell would evaluate a placeholder that is data to a program of the same name: what
 * declares variables, compares numbers or counts. Pure.
 */
export function checkBuiltins(command: readonly Word[]): void {
  const name = command[0]!.text;
  const args = command.slice(1);
  if (/^(export|declare|typeset|local|readonly)$/.test(name)) checkDeclaration(name, args);
  if (name === "[[" || name === "[" || name === "test") checkTest(args);
  if (name === "for" || name === "select") refuseIn(args[0], `the variable of ${name}, which is evaluated`);
  if (name === "printf") checkNumbers(args);
}

/** NAME="{prompt}" is data; "{prompt}" may name an array's element, whose index is evaluated. */
function checkDeclaration(builtin: string, args: readonly Word[]): void {
  const options = args.some(({ text }) => text.startsWith("-"));
  for (const word of args) {
    const name = assignedName(word.fixed);
    if (!options && name !== null && !isEvaluated(name)) continue;
    refuseIn(word, `an argument of ${builtin}, which evaluates it`, `env NAME={prompt} my-program`);
  }
}

/** Comparing numbers, and asking whether a variable is set, evaluate: `a[$(id)]` runs id. */
function checkTest(args: readonly Word[]): void {
  if (!args.some(({ text }) => /^-([vR]|eq|ne|lt|le|gt|ge)$/.test(text))) return;
  const word = args.find(({ placeholders }) => placeholders.length > 0);
  refuseIn(word, "a test that evaluates its operands", `bash -c 'test "$1" = yes' name {prompt}`);
}

/** zsh and ksh evaluate what a format shows as a number. */
function checkNumbers([format, ...args]: readonly Word[]): void {
  if (!/%[-+ #0-9.*]*[diouxXeEfFgG]/.test(format?.fixed ?? "")) return;
  const word = args.find(({ placeholders }) => placeholders.length > 0);
  refuseIn(word, "an argument of printf, which evaluates numbers", `printf '%s' {prompt}`);
}

function refuseIn(word: Word | undefined, where: string, example = EXAMPLE): void {
  if (word?.placeholders[0])
    throw refuse(word.placeholders[0], `in ${quoteWord(word.text)}, ${where}`, example);
}
