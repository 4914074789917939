import { basename } from "node:path";
import { checkBuiltins } from "./check-builtins.ts";
import { findProgram } from "./find-program.ts";
import { judgeArguments } from "./judge-arguments.ts";
import type { Command } from "./parse-script.ts";
import type { Placeholder } from "./placeholder.ts";
import { UNKNOWN } from "./program.ts";
import { EXAMPLE, quoteWord, refuse, TemplateError, type TemplateWarning } from "./template-error.ts";
import { assignedName, isEvaluated } from "./variables.ts";
import { isFixed, type Word } from "./word.ts";

/** What the operator says of programs, and what is to be told to the operator. */
export interface Policy {
  /** Programs whose arguments are data: HOST_RUNNER_TRUSTED_PROGRAMS. */
  trusted: ReadonlySet<string>;
  /** Places where a value may be taken for an option. */
  warnings: TemplateWarning[];
  /** The programs that every attempt starts, as far as that is plain. */
  programs: string[];
}

export interface Context extends Policy {
  /** A placeholder whose value may be in the command's input. */
  stdin: Placeholder | null;
  /** The programs that have been judged with the arguments behind them. */
  judged: Set<Word>;
  /** Those that have been judged once more, for another reading of the options before them. */
  judgedAgain: Set<Word>;
  /** How many programs have started this one. */
  depth: number;
  /** A template that works with the program that starts this one; null where none is known. */
  example: string | null;
  /** Whether a shell itself reads the command, so that it may be a builtin. */
  direct: boolean;
}

/** More programs in front of each other than anybody needs. */
const DEEPEST = 30;

/**
 * Throws a TemplateError where a placeholder of a command would be run or evaluated by the program that gets it, and
 * adds a warning where a program may take it for an option. Pure but for that.
 */
export function judgeCommand({ words, stdin }: Command, policy: Policy): void {
  if (stdin === null && words.every(({ placeholders }) => placeholders.length === 0)) return;
  judgeProgram(words, {
    ...policy,
    stdin,
    judged: new Set(),
    judgedAgain: new Set(),
    depth: 0,
    direct: true,
    example: null,
  });
}

/** Judges a program and its arguments, which another program may have started. */
export function judgeProgram(words: readonly Word[], context: Context): void {
  if (context.depth > DEEPEST) {
    throw new TemplateError(
      "HOST_RUNNER_CMD_TEMPLATE has too many programs that start another: write a script",
    );
  }
  const command = skipAssignments(words);
  const [first, ...args] = command;
  if (!first || context.judged.has(first)) return;
  context.judged.add(first);
  if (first.placeholders[0]) {
    throw refuse(
      first.placeholders[0],
      `in ${quoteWord(first.text)}, where the name of a command belongs`,
      context.example ?? EXAMPLE,
    );
  }
  const name = programName(first);
  if (context.trusted.has(name) || context.trusted.has(first.text)) return;
  if (context.direct) {
    checkBuiltins(command);
    if (/^(for|select|function|\[\[)$/.test(name)) return;
  }
  const isKeptDirect = /^(command|builtin|exec|noglob|nocorrect|-)$/.test(name);
  judgeArguments(
    { name, words: command, args, program: findProgram(name) ?? UNKNOWN },
    { ...context, depth: context.depth + 1, direct: context.direct && isKeptDirect },
  );
}

/** By which a program is known: without its folder, also where that is an expansion, as in "$JAVA_HOME"/bin/java. */
export function programName(word: Word): string {
  if (isFixed(word)) return basename(word.text) || word.text;
  return word.tail.includes("/") ? basename(word.tail) : word.text;
}

/** Also skips options, with which no program's name begins: those of the keyword `time`. */
function skipAssignments(words: readonly Word[]): readonly Word[] {
  for (const [index, word] of words.entries()) {
    if (assignedName(word.fixed) !== null) checkVariable(word);
    else if (!/^-./.test(word.text)) return words.slice(index);
  }
  return [];
}

/** Throws where the word gives a placeholder to a variable whose value is run. */
export function checkVariable(word: Word): void {
  const name = assignedName(word.fixed);
  if (word.placeholders[0] && name !== null && isEvaluated(name)) {
    throw refuse(
      word.placeholders[0],
      `in ${quoteWord(word.text)}, the value of ${name}, which programs run or load code by`,
      "env MY_PROMPT={prompt} my-program",
    );
  }
}
