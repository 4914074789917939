import { basename } from "node:path";
import {
  DECLARING_BUILTINS,
  EVALUATED_VARIABLES,
  EVALUATING_BUILTINS,
  INTERPRETERS,
  SHELL_CALLERS,
  WRAPPERS,
  WRAPPING_BUILTINS,
} from "./interpreters.ts";
import { refuse } from "./template-error.ts";
import { isFixed, type Word } from "./word.ts";

const asArgument =
  "give it to the program as an argument, as in bash -c 'echo \"$1\"' name {prompt}, or let it read {prompt_file}";

/** Throws a TemplateError where a placeholder of a command would be run or evaluated by what it is given to. Pure. */
export function checkCommand(words: readonly Word[]): void {
  const command = skipAssignments(words);
  const [first] = command;
  if (!first) return;
  if (first.placeholders[0]) {
    throw refuse(first.placeholders[0], "where the name of a command belongs", "write the command before it");
  }
  checkTest(command);
  checkBuiltin(command);
  checkWrappingBuiltin(command);
  for (const [index, word] of command.entries()) checkProgram(word, command.slice(index + 1), index === 0);
}

const ASSIGNMENT = /^([A-Za-z_]\w*)\+?=/;

function skipAssignments(words: readonly Word[]): readonly Word[] {
  const count = words.findIndex(({ fixed }) => !ASSIGNMENT.test(fixed));
  for (const word of words.slice(0, count < 0 ? words.length : count)) {
    const name = ASSIGNMENT.exec(word.fixed)![1]!;
    if (word.placeholders[0] && EVALUATED_VARIABLES.test(name)) {
      throw refuse(word.placeholders[0], `in the value of ${name}, which is run`, "use another variable");
    }
  }
  return count < 0 ? [] : words.slice(count);
}

/** Comparing numbers, and asking whether a variable is set, evaluate: `a[$(id)]` runs id. */
function checkTest(command: readonly Word[]): void {
  const name = command[0]!.text;
  if (name !== "[[" && name !== "[" && name !== "test") return;
  const evaluates = command.some(
    ({ text }) => /^-[vR]$/.test(text) || (name === "[[" && /^-(eq|ne|lt|le|gt|ge)$/.test(text)),
  );
  const [placeholder] = command.flatMap(({ placeholders }) => placeholders);
  if (evaluates && placeholder) {
    throw refuse(placeholder, "in a test that evaluates its operands", "compare it as text, with = in [ ]");
  }
}

function checkBuiltin(command: readonly Word[]): void {
  const at = command.findIndex(({ text }) => !/^(command|builtin|noglob|-.*)$/.test(text));
  const name = command[at]?.text ?? "";
  const args = command.slice(at + 1);
  if (DECLARING_BUILTINS.test(name)) checkDeclaration(name, args);
  const refusedArgs =
    name === "printf"
      ? afterOption(args, /^-v$/)
      : name === "for" || name === "select"
        ? args.slice(0, 1)
        : args;
  const evaluates = EVALUATING_BUILTINS.test(name) || ["printf", "for", "select"].includes(name);
  const [placeholder] = evaluates ? refusedArgs.flatMap(({ placeholders }) => placeholders) : [];
  if (placeholder) throw refuse(placeholder, `in an argument of ${name}, which evaluates it`, asArgument);
}

/** `exec {prompt}` runs it; the exec of `codex exec {prompt}` is a word of codex. */
function checkWrappingBuiltin([first, ...rest]: readonly Word[]): void {
  if (!first || !WRAPPING_BUILTINS.test(first.text)) return;
  checkWrapped(rest, /^-[a-z]*a$/);
  checkWrappingBuiltin(rest.slice(rest.findIndex(({ fixed }) => !fixed.startsWith("-"))));
}

/** NAME="{prompt}" is data; "{prompt}" may name an array's element, whose index is evaluated. */
function checkDeclaration(builtin: string, args: readonly Word[]): void {
  const options = args.some(({ text }) => text.startsWith("-"));
  for (const { placeholders, fixed } of args) {
    const name = ASSIGNMENT.exec(fixed)?.[1];
    if (placeholders[0] && (options || name === undefined || EVALUATED_VARIABLES.test(name))) {
      throw refuse(
        placeholders[0],
        `in an argument of ${builtin}, which evaluates it`,
        `write ${builtin} NAME="{prompt}"`,
      );
    }
  }
}

/** Any word may be a program: wrappers, find -exec and xargs run what comes after them. */
function checkProgram(word: Word, args: readonly Word[], isCommand: boolean): void {
  const name = basename(word.text);
  if (SHELL_CALLERS.test(name) && isCommand) {
    const [placeholder] = args.flatMap(({ placeholders }) => placeholders);
    if (placeholder)
      throw refuse(placeholder, `in an argument of ${name}, which hands it to a shell`, asArgument);
  }
  if (WRAPPERS.test(name)) checkWrapped(args, /^-[a-zA-Z]$/);
  // A program that is known only when it runs, such as "$SHELL", may be a shell.
  const interpreter = isFixed(word)
    ? INTERPRETERS.find(({ names }) => names.test(name))
    : isCommand && INTERPRETERS[0];
  if (!interpreter) return;
  const code = optionValues(args, interpreter.codeOptions);
  for (const text of code) refuseAsCode(text, `in a program for ${name}`);
  if (code.length > 0 || interpreter.firstArgument === "data" || !isFixed(word)) return;
  const first = firstArgument(args, interpreter.valueOptions ?? null);
  refuseAsCode(
    first,
    interpreter.firstArgument === "code"
      ? `in a program for ${name}`
      : `where ${name} expects a program's file`,
  );
}

/** An option may take the next word for its value, or not: a command may stand in either place. */
function checkWrapped(args: readonly Word[], valueOptions: RegExp): void {
  for (const options of [null, valueOptions]) {
    refuseAsCode(firstArgument(args, options), "where the name of a command belongs");
  }
}

function refuseAsCode(word: Word | undefined, where: string): void {
  if (word?.placeholders[0]) throw refuse(word.placeholders[0], where, asArgument);
}

/** What follows one of the options, or is joined to it by "=". */
function optionValues(args: readonly Word[], options: RegExp): Word[] {
  return args.flatMap((word, index) => {
    const [option = ""] = word.fixed.split("=");
    if (word.text.startsWith("--") && word.text.includes("=") && options.test(option)) return [word];
    // Joined, as in perl -e'...': an option with a value in it.
    if (word.placeholders.length > 0 && /^-[a-zA-Z]/.test(word.fixed) && options.test(word.fixed.slice(0, 2)))
      return [word];
    if (!options.test(word.text)) return [];
    // bash -c -x 'code': the code is the first that is no option.
    const value = args.slice(index + 1).find(({ text }) => !/^-[a-zA-Z]+$/.test(text));
    return value ? [value] : [];
  });
}

const afterOption = (args: readonly Word[], option: RegExp): Word[] =>
  args.filter((_, index) => option.test(args[index - 1]?.text ?? ""));

/** The first argument that is neither an option, an option's value, an assignment nor a duration. */
function firstArgument(args: readonly Word[], valueOptions: RegExp | null): Word | undefined {
  return args.find(
    ({ text, fixed }, index) =>
      !/^[-+]/.test(fixed) &&
      !ASSIGNMENT.test(fixed) &&
      !/^\d+(\.\d+)?[smhd]?$/.test(text) &&
      !valueOptions?.test(args[index - 1]?.text ?? ""),
  );
}
