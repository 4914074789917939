import { findProgram } from "./find-program.ts";
import { type Context, checkVariable, judgeProgram, programName } from "./judge-command.ts";
import { type Command, parseScript } from "./parse-script.ts";
import type { Placeholder } from "./placeholder.ts";
import { type Program, UNKNOWN } from "./program.ts";
import { type Part, type Reading, readArguments, scriptName } from "./read-arguments.ts";
import { renderMended } from "./render-command.ts";
import { EXAMPLE, quoteWord, refuse, TemplateError } from "./template-error.ts";
import { isFixed, type Word } from "./word.ts";

export interface Call {
  /** The program's name for messages. */
  name: string;
  /** The whole command. */
  words: readonly Word[];
  args: readonly Word[];
  program: Program;
}

/** Programs that an unknown program may well start where its first argument names one: `with-lock bash -c ...`. */
const RECOGNISED =
  /^(ba|da|z|k|mk|fi|c|tc|a)?sh$|^(busybox|python|perl|ruby|node|php|lua|ssh|sudo|doas|env|xargs|psql|mysql|osascript|pwsh)[\d.]*$/;

/** Throws where a program runs one of its arguments, or its input, and that holds a placeholder. */
export function judgeArguments(call: Call, context: Context): void {
  const reading = readArguments(call.args, { ...call, unknownTakesValue: false });
  judgeReading(reading, call, context);
  // An unknown option may take the next word, or not: where that decides, both are looked at.
  if (!reading.sawUnknownOption || call.program.operands.join() === "data") return;
  const other = readArguments(call.args, { ...call, unknownTakesValue: true });
  judgeReading(other, call, { ...context, judged: context.judgedAgain, warnings: [] });
}

function judgeReading(reading: Reading, call: Call, context: Context): void {
  const { program, parts, hasCode, inputIsCode } = reading;
  for (const part of parts) judgePart(part, reading, call, context);
  const bare = parts
    .flatMap((part) => (part.is === "operand" && part.warns ? [part.word] : []))
    .find(mayBeOption);
  if (bare) warnOfOption(bare, program, call, context);
  const runsInput = inputIsCode || program.stdin === "always" || (program.stdin === "code" && !hasCode);
  if (context.stdin !== null && runsInput) {
    throw refuse(
      context.stdin,
      `in the input of ${call.name}, which runs its input as code`,
      program.example ?? EXAMPLE,
    );
  }
}

function judgePart(part: Part, reading: Reading, call: Call, context: Context): void {
  switch (part.is) {
    case "code": {
      const word = part.values.find(({ placeholders }) => placeholders.length > 0);
      if (!word) return;
      const place = `in ${quoteWord(word.text)}, ${part.where}`;
      throw refuse(word.placeholders[0]!, place, reading.program.example ?? EXAMPLE);
    }
    case "assignment":
      checkVariable(part.word);
      break;
    case "command":
      judgeStarted(part.words, reading, context);
      break;
    case "shell-text":
      judgeText(part.words, context);
      break;
    case "shell-arguments":
      judgeArguments(
        { name: "sh", words: part.words, args: part.words, program: findProgram("sh")! },
        context,
      );
      break;
    case "script-arguments": {
      const name = scriptName(part.script);
      if (context.trusted.has(name) || context.trusted.has(part.script.text)) return;
      const words = [part.script, ...part.words];
      judgeArguments({ name, words, args: part.words, program: UNKNOWN }, { ...context, stdin: null });
      break;
    }
    case "possible-command": {
      const [word] = part.words;
      if (word && isFixed(word) && RECOGNISED.test(programName(word))) judgeProgram(part.words, context);
      break;
    }
    case "operand":
      refuseOption(part.word, reading.program, call);
  }
}

/** Text for another shell, which has no placeholder itself: its commands may run what they read. */
function judgeText(words: readonly Word[], context: Context): void {
  if (context.stdin === null || !words.every(isFixed)) return;
  const commands = readCommandsOf(words.map(({ text }) => text).join(" "), context.stdin);
  for (const { words, stdin } of commands)
    judgeProgram(words, { ...context, stdin, depth: context.depth + 1 });
}

function readCommandsOf(text: string, stdin: Placeholder): Command[] {
  try {
    return parseScript(text, stdin).commands;
  } catch (error) {
    // The other shell may understand more.
    if (error instanceof TemplateError) return [];
    throw error;
  }
}

/** Where a program takes code by way of an option, a prompt can be such an option. */
function refuseOption(word: Word, { takesJoinedCode }: Program, { name, words }: Call): void {
  if (!takesJoinedCode || !mayBeOption(word)) return;
  throw refuse(
    word.placeholders[0]!,
    `in ${quoteWord(word.text)}, where ${name} takes options too, and a prompt may be an option with code in it`,
    renderMended(words, word),
  );
}

function warnOfOption(
  word: Word,
  { endsOptions, example }: Program,
  { name, words }: Call,
  { warnings }: Context,
): void {
  const mended = endsOptions || !example ? renderMended(words, word) : example;
  warnings.push({
    detail: `HOST_RUNNER_CMD_TEMPLATE gives {${word.placeholders[0]}} to ${name} where a value that begins with "-" is taken for an option`,
    mend: `write -- before it, or join it to an option as in --prompt={prompt}. For example: ${mended}`,
  });
}

/** Whether a value in the word may begin with "-": a prompt and ids may, a file's path does not. */
function mayBeOption({ fixed, pieces, placeholders }: Word): boolean {
  if (fixed !== "" || placeholders.length === 0) return false;
  const [first] = pieces;
  return typeof first !== "object" || first.placeholder !== "prompt_file";
}

/** Judges a command that the program starts. What xargs reads becomes a part of it. */
function judgeStarted(words: readonly Word[], { program, replaced }: Reading, context: Context): void {
  const { stdin } = context;
  const started = { ...context, example: program.example };
  const takesInput = program.stdin === "arguments" && stdin !== null;
  if (takesInput) judgeProgram(withInput(words, replaced, stdin), { ...started, stdin: null });
  else judgeProgram(words, started);
}

function withInput(words: readonly Word[], replaced: string | null, placeholder: Placeholder): Word[] {
  const text = `{${placeholder}}`;
  const input: Word = { text, fixed: "", tail: "", placeholders: [placeholder], pieces: [text] };
  if (replaced === null) return [...words, input];
  return words.map((word) => {
    const found = word.text.indexOf(replaced);
    if (found < 0) return word;
    const fixed = word.fixed.slice(0, found);
    return { ...word, fixed, tail: "", placeholders: [placeholder, ...word.placeholders] };
  });
}
