import { basename } from "node:path";
import { type Program, type Role, UNKNOWN } from "./program.ts";
import { type ReadOption, readOption } from "./read-option.ts";
import { quoteWord } from "./template-error.ts";
import { assignedName } from "./variables.ts";
import { isFixed, type Word } from "./word.ts";

/** What a program does with a part of its arguments. Whatever is in no part is data. */
export type Part =
  /** Runs or evaluates them. `where` completes "the template has {prompt} ...". */
  | { is: "code"; values: readonly Word[]; where: string }
  /** Sets a variable. */
  | { is: "assignment"; word: Word }
  /** Starts them as a command. */
  | { is: "command"; words: readonly Word[] }
  /** Gives them, joined, to a shell. */
  | { is: "shell-text"; words: readonly Word[] }
  /** Starts a shell with them as its arguments. */
  | { is: "shell-arguments"; words: readonly Word[] }
  /** Hands them to the script of that name. */
  | { is: "script-arguments"; script: Word; words: readonly Word[] }
  /** May start them as a command: an unknown program whose first argument may be a program's name. */
  | { is: "possible-command"; words: readonly Word[] }
  /** Takes it as data, unless it begins with a dash. `warns`: what follows may be such an option without harm. */
  | { is: "operand"; word: Word; warns: boolean };

export interface Reading {
  /** That of the subcommand, if there is one. */
  program: Program;
  parts: Part[];
  /** Whether an option or an argument has given the code to be run, so that the input is data. */
  hasCode: boolean;
  /** Whether a file of code is the input: `bash -`. */
  inputIsCode: boolean;
  /** Whether an option is unknown, which may take the next word for its value or not. */
  sawUnknownOption: boolean;
  /** The text that xargs replaces by its input. */
  replaced: string | null;
}

interface Reader extends Reading {
  readonly name: string;
  readonly args: readonly Word[];
  readonly isUnknown: boolean;
  at: number;
  /** Roles of the operands still to come. Null until the first: options before it may change them. */
  roles: Role[] | null;
  given: Set<string>;
  operands: number;
  optionsEnded: boolean;
  /** The line for subcommands that have none of their own. */
  otherSubcommands: Program | null;
}

interface ReadArgumentsOptions {
  /** The program's name for messages. */
  name: string;
  program: Program;
  /** Whether an unknown option takes the next word for its value. */
  unknownTakesValue: boolean;
}

/** Finds out what a program does with each of its arguments. Pure. */
export function readArguments(
  args: readonly Word[],
  { name, program, unknownTakesValue }: ReadArgumentsOptions,
): Reading {
  const reader: Reader = {
    name,
    args,
    program,
    isUnknown: program === UNKNOWN,
    at: 0,
    parts: [],
    roles: null,
    given: new Set(),
    operands: 0,
    optionsEnded: false,
    otherSubcommands: null,
    hasCode: false,
    inputIsCode: false,
    sawUnknownOption: false,
    replaced: null,
  };
  while (reader.at < args.length) {
    const word = args[reader.at]!;
    const option = reader.optionsEnded ? null : readOption(reader.program, args, reader.at);
    if (option) {
      takeOption(reader, option);
      if (unknownTakesValue && option.kind === "unknown" && !args[reader.at]?.text.startsWith("-"))
        reader.at++;
    } else if (!reader.optionsEnded && word.text === "--") {
      // What starts the program may have meant it for itself: cabal exec bash -- -c ...
      reader.optionsEnded = reader.at > 0 || !/^-./.test(args[1]?.text ?? "");
      reader.at++;
      if (reader.isUnknown) reader.parts.push({ is: "possible-command", words: args.slice(reader.at) });
    } else {
      takeOperand(reader, word);
    }
  }
  return reader;
}

function takeOption(reader: Reader, option: ReadOption): void {
  const { name, args } = reader;
  const word = args[reader.at]!;
  reader.at = option.next;
  for (const each of option.given) reader.given.add(each);
  const { values } = option;
  const place = `the value of ${name}'s option ${option.name}`;
  switch (option.kind) {
    case "code":
    case "final":
      reader.hasCode = true;
      addCode(reader, values, `${place}, which is code`);
      if (option.kind === "final") reader.at = args.length;
      break;
    case "file":
      if (values.some(isInput)) reader.inputIsCode = true;
      else reader.hasCode = true;
      addCode(reader, values, `${place}, which names a file of code`);
      break;
    case "pipe": {
      const commands = values.filter(({ fixed }) => fixed === "" || /^["|!]/.test(fixed));
      addCode(reader, commands, `${place}, which is a command if it begins with "|" or "!"`);
      break;
    }
    case "assign":
      for (const value of values) reader.parts.push({ is: "assignment", word: value });
      break;
    case "script":
      reader.roles = ["code", "arguments"];
      reader.given.add(SCRIPT);
      break;
    case "command":
      takeCommandOption(reader);
      break;
    case "customary": {
      const trust = `if ${name} takes it as data, name ${name} in HOST_RUNNER_TRUSTED_PROGRAMS`;
      addCode(reader, values, `${place}: by custom such an option takes code (${trust})`);
      break;
    }
    case "open":
      addCode(reader, [word], `which goes on with more options of ${name}, and their code`);
      break;
    case "unknown":
      if (isFixed(word) && !word.text.includes("=") && !reader.program.hasPlainOptions) {
        reader.sawUnknownOption = true;
      }
      break;
    case "data":
    case "joined":
      if (/^(-I|-i|-J|--replace)$/.test(option.name)) reader.replaced = values[0]?.text || "{}";
      break;
    case "flags":
  }
}

/** find -exec COMMAND ;  xterm -e COMMAND */
function takeCommandOption(reader: Reader): void {
  const rest = reader.args.slice(reader.at);
  const end = rest.findIndex(({ text }) => text === ";" || text === "+");
  reader.hasCode = true;
  reader.parts.push({ is: "command", words: end < 0 ? rest : rest.slice(0, end) });
  reader.at = end < 0 ? reader.args.length : reader.at + end + 1;
}

function takeOperand(reader: Reader, word: Word): void {
  const { program, name, args } = reader;
  reader.roles ??= rolesOf(program, reader.given);
  const [role = "data", ...later] = reader.roles;
  const isLeftOut =
    (role.endsWith("?") && reader.hasCode) || (role === "assignments" && assignedName(word.fixed) === null);
  if (isLeftOut) {
    reader.roles = later;
    return;
  }
  const here = reader.at++;
  if (role === "assignments") {
    reader.parts.push({ is: "assignment", word });
    return;
  }
  if (later.length > 0) reader.roles = later;
  reader.operands++;
  if (program.codeWords?.test(word.fixed))
    addCode(reader, [word], `an argument of ${name}, which evaluates it`);
  switch (role) {
    case "data":
      takeData(reader, word, here);
      break;
    case "code":
    case "code?":
      reader.hasCode = true;
      addCode(reader, [word], `an argument of ${name}, which evaluates it`);
      if (reader.given.has(SCRIPT)) reader.parts.push({ is: "shell-text", words: [word] });
      break;
    case "pipe":
      if (!isPromptFile(word))
        addCode(reader, [word], `an argument of ${name}, which is a command if it ends in "|"`);
      break;
    case "file":
    case "file?":
      takeScript(reader, word);
      break;
    case "subcommand":
      takeSubcommand(reader, word);
      break;
    default:
      takeRest(reader, role, args.slice(here));
  }
}

/** From here on, all arguments have one role. */
function takeRest(
  reader: Reader,
  role: "command" | "shell" | "sh" | "arguments",
  words: readonly Word[],
): void {
  reader.at = reader.args.length;
  if (role === "arguments") {
    // Behind an option with code, and not behind an operand: another option may follow.
    const isOpen = reader.operands === 1 && !reader.optionsEnded && reader.hasCode;
    if (isOpen) reader.parts.push({ is: "operand", word: words[0]!, warns: false });
    return;
  }
  if (role === "command") reader.parts.push({ is: "command", words });
  else if (role === "shell") {
    addCode(reader, words, `an argument that ${reader.name} hands to a shell`);
    reader.parts.push({ is: "shell-text", words });
  }
  // An option may have given the script: these are its arguments then.
  else if (!reader.hasCode) reader.parts.push({ is: "shell-arguments", words });
  reader.hasCode = true;
}

function takeData(reader: Reader, word: Word, here: number): void {
  const { args, operands, parts } = reader;
  if (reader.isUnknown && operands === 1 && !args[here - 1]?.text.startsWith("-")) {
    parts.push({ is: "possible-command", words: args.slice(here) });
  }
  if (!reader.optionsEnded) parts.push({ is: "operand", word, warns: true });
}

function takeScript(reader: Reader, word: Word): void {
  addCode(reader, [word], `where ${reader.name} expects a program's file`);
  if (isInput(word)) reader.inputIsCode = true;
  else reader.hasCode = true;
  reader.parts.push({ is: "script-arguments", script: word, words: reader.args.slice(reader.at) });
  reader.at = reader.args.length;
}

function takeSubcommand(reader: Reader, word: Word): void {
  const { program, args, at } = reader;
  addCode(reader, [word], `where the name of a subcommand of ${reader.name} belongs`);
  reader.otherSubcommands = program.subcommands.get("*") ?? reader.otherSubcommands;
  const found = program.subcommands.get(word.text);
  // It may be the value of an unknown option before it.
  if (!found && reader.sawUnknownOption && args[at - 2]?.text.startsWith("-")) return;
  reader.program = found ??
    reader.otherSubcommands ?? { ...program, operands: ["data"], subcommands: new Map() };
  reader.roles = null;
  reader.given = new Set();
  reader.operands = 0;
}

function addCode(reader: Reader, values: readonly Word[], where: string): void {
  const { args, program, parts } = reader;
  const { safe } = program;
  const word = values[0];
  const before = word && args[args.indexOf(word) - 1];
  if (safe && word && (safe.test(word.fixed) || (before && safe.test(before.fixed)))) return;
  parts.push({ is: "code", values, where });
}

function rolesOf({ variants, operands }: Program, given: ReadonlySet<string>): Role[] {
  return variants.find(({ options }) => options.some((option) => given.has(option)))?.operands ?? operands;
}

/** Notes that the first operand is a script for a shell. */
const SCRIPT = "script";

const isPromptFile = ({ pieces, placeholders }: Word): boolean =>
  placeholders.length === pieces.filter((piece) => typeof piece === "object").length &&
  placeholders.every((placeholder) => placeholder === "prompt_file");

/** A file that is the program's input. */
const isInput = ({ text }: Word): boolean => /^(-|\/dev\/(stdin|fd\/0)|\/proc\/self\/fd\/0)$/.test(text);

/** By which a script is known. */
export const scriptName = ({ text }: Word): string => basename(text) || quoteWord(text);
