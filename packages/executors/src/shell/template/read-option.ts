import type { OptionKind, Program, ProgramOption } from "./program.ts";
import { isFixed, type Word } from "./word.ts";

/** An option of a command, with what is known of it. */
export interface ReadOption {
  /**
   * `unknown` if the program is not known to have it; `customary` if it is unknown, but takes code in most programs;
   * `open` if a placeholder stands where more options may.
   */
  kind: OptionKind | "unknown" | "customary" | "open";
  name: string;
  /** Each option of a cluster: -lc gives -l and -c. */
  given: string[];
  values: Word[];
  /** Where the next argument is. */
  next: number;
}

const CODE_BY_CUSTOM = /^--?(?!no-)([\w-]+-)?(command|cmd|eval|exec|execute)$|^--?run$/;
const SHORT_CODE_BY_CUSTOM = /^-[lixeuv]{0,3}c$|^-[lnp]{0,2}e$/;

/** Reads the option that `args[index]` is; null if it is none. Pure. */
export function readOption(program: Program, args: readonly Word[], index: number): ReadOption | null {
  const word = args[index]!;
  const exact = isFixed(word) ? findOption(program, word.text) : undefined;
  if (exact) return known(exact, word.text, [word.text], { args, index });
  if (!/^-./.test(word.text) || !word.fixed.startsWith("-") || word.text === "--") return null;
  if (word.fixed.startsWith("--") || program.long) return readLong(program, args, index);
  return readNamed(program, args, index) ?? readCluster(program, args, index);
}

function findOption(program: Program, name: string): ProgramOption | undefined {
  const option = program.options.get(name);
  if (option || !program.ignoreCase) return option;
  const lower = name.toLowerCase();
  return [...program.options].find(([known]) => known.toLowerCase() === lower)?.[1];
}

interface At {
  args: readonly Word[];
  index: number;
}

/** What is taken for granted of an option that takes code in most programs. */
const customary = { kind: "customary", count: 1 } as const;
type Option = ProgramOption | typeof customary;

function known(option: Option, name: string, given: string[], { args, index }: At): ReadOption {
  const hasValue = !["script", "flags", "joined", "command"].includes(option.kind);
  const end = index + 1 + (hasValue ? option.count : 0);
  return { kind: option.kind, name, given, values: args.slice(index + 1, end), next: end };
}

/** --name, --name=value, and an abbreviation of a listed name; -name in programs whose options are all like that. */
function readLong(program: Program, args: readonly Word[], index: number): ReadOption {
  const word = args[index]!;
  const named = readNamed(program, args, index);
  if (named) return named;
  const [name = ""] = word.fixed.split("=", 1);
  const isJoined = name.length < word.fixed.length;
  const abbreviated = name.length > 3 ? abbreviation(program, name) : null;
  if (!isJoined && !isFixed(word)) {
    // --na{prompt}: the rest of the name, and a value behind it, come from the placeholder.
    const kind = abbreviated || isCustomaryPrefix(name) || name.length <= 2 ? "open" : "unknown";
    return { kind, name, given: [name], values: [word], next: index + 1 };
  }
  const option = abbreviated ?? (CODE_BY_CUSTOM.test(name) ? customary : null);
  if (option === null) return { kind: "unknown", name, given: [name], values: [word], next: index + 1 };
  if (isJoined) return joined(option, name, sliceWord(word, name.length + 1), index);
  return known(option, name, [name], { args, index });
}

/** `-name=value` and `-name:value` of a listed option, and `-command` by custom. */
function readNamed(program: Program, args: readonly Word[], index: number): ReadOption | null {
  const word = args[index]!;
  for (const separator of ["=", ":"]) {
    const at = word.fixed.indexOf(separator);
    if (at <= 2) continue;
    const name = word.fixed.slice(0, at);
    const option =
      findOption(program, name) ?? (separator === "=" && CODE_BY_CUSTOM.test(name) ? customary : undefined);
    if (option) return joined(option, name, sliceWord(word, at + 1), index);
  }
  const { text } = word;
  if (!isFixed(word)) return null;
  const isCustomary = CODE_BY_CUSTOM.test(text) || SHORT_CODE_BY_CUSTOM.test(text);
  // A cluster of options that are known is none by custom: -ne of grep.
  if (!isCustomary || (!text.startsWith("--") && allKnown(program, text))) return null;
  return abbreviation(program, text) ? null : known(customary, text, [text], { args, index });
}

const allKnown = (program: Program, cluster: string): boolean =>
  !program.long && [...cluster.slice(1)].every((letter) => findOption(program, `-${letter}`));

/** GNU programs accept the beginning of a long option's name. Of several, one that takes code counts. */
function abbreviation(program: Program, name: string): ProgramOption | null {
  if (!name.startsWith("--")) return null;
  const matches = [...program.options].filter(([known]) => known.startsWith(name));
  const risky = matches.find(([, { kind }]) => !["data", "assign", "joined", "flags"].includes(kind));
  return (risky ?? matches[0])?.[1] ?? null;
}

const isCustomaryPrefix = (name: string): boolean =>
  CODE_BY_CUSTOM.test(name) ||
  ["--command", "--cmd", "--eval", "--execute", "--run"].some((option) => option.startsWith(name));

function joined(option: Option, name: string, value: Word, index: number): ReadOption {
  return { kind: option.kind, name, given: [name], values: [value], next: index + 1 };
}

/** -abc: each letter is an option, up to the first one that takes a value. */
function readCluster(program: Program, args: readonly Word[], index: number): ReadOption {
  const word = args[index]!;
  const given: string[] = [];
  let script = false;
  let isKnown = true;
  for (let at = 1; at < word.fixed.length; at++) {
    const name = `-${word.fixed[at]}`;
    const option = findOption(program, name);
    given.push(name);
    if (option?.kind === "script") script = true;
    else if (!option) isKnown = false;
    else if (option.kind !== "flags") {
      const rest = sliceWord(word, at + 1);
      if (rest.text === "") return known(option, name, given, { args, index });
      return { kind: option.kind, name, given, values: [rest], next: index + 1 };
    }
  }
  const kind = openKind(program, word) ?? (script ? "script" : isKnown ? "flags" : "unknown");
  return { kind, name: word.fixed, given, values: [word], next: index + 1 };
}

/** A placeholder behind the letters: they go on with its value, or it is the last one's. */
function openKind(program: Program, word: Word): "open" | "customary" | null {
  if (isFixed(word)) return null;
  if (program.takesJoinedCode) return "open";
  return /^-[ce](=?$|.*[\s"'`(;|&$])/.test(word.fixed) ? "customary" : null;
}

/** A word without its first characters, which are fixed. */
function sliceWord(word: Word, count: number): Word {
  const [first, ...rest] = word.pieces;
  const cut = typeof first === "string" ? first.slice(count) : first;
  const pieces = cut === undefined || cut === "" ? rest : [cut, ...rest];
  const tail = isFixed(word) ? word.tail.slice(count) : word.tail;
  return { ...word, text: word.text.slice(count), fixed: word.fixed.slice(count), tail, pieces };
}
