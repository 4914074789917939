import { type Placeholder, placeholderAt, placeholderIn } from "./placeholder.ts";
import { EXAMPLE, refuse, TemplateError } from "./template-error.ts";
import type { WordBuilder } from "./word.ts";

/** A placeholder in a script, and the quotes it stands in. */
export interface Insertion {
  start: number;
  end: number;
  placeholder: Placeholder;
  quotes: "none" | "double" | "single";
}

/** A shell script being read from left to right. */
export interface ScriptReader {
  readonly text: string;
  at: number;
  /** The placeholders met so far. */
  readonly insertions: Insertion[];
  /** Here-documents that have been announced; their text begins at the next line. */
  readonly heredocs: { delimiter: string; stripTabs: boolean }[];
  /** How many brackets and substitutions `at` is in. */
  depth: number;
}

export const createScriptReader = (text: string): ScriptReader => ({
  text,
  at: 0,
  insertions: [],
  heredocs: [],
  depth: 0,
});

/** Deeper than any template that a person writes, and far from the end of the stack. */
const DEEPEST = 100;

/** Reads what is in brackets or in a substitution. Throws where brackets are nested without end. */
export function enter(reader: ScriptReader, read: () => void): void {
  if (++reader.depth > DEEPEST) {
    throw new TemplateError("HOST_RUNNER_CMD_TEMPLATE has too many brackets within brackets: write a script");
  }
  read();
  reader.depth--;
}

/** Reads a command substitution or the like, `reader.at` being behind its opening parenthesis. */
export type ReadCommands = (reader: ScriptReader) => void;

export const startsWith = ({ text, at }: ScriptReader, token: string): boolean => text.startsWith(token, at);

/** Reads one quoted, escaped, expanded or plain piece of a word, which begins at `reader.at`. */
export function readWordPiece(reader: ScriptReader, word: WordBuilder, readCommands: ReadCommands): void {
  const character = reader.text[reader.at]!;
  if (character === "\\") {
    if (reader.text[reader.at + 1] !== "\n") word.add(reader.text[reader.at + 1] ?? "");
    reader.at += 2;
  } else if (character === "'") {
    reader.at++;
    while (peek(reader, "'") !== "'") readCharacter(reader, word, "single");
    reader.at++;
  } else if (character === '"') {
    readDoubleQuoted(reader, word, readCommands);
  } else if (character === "$" || character === "`") {
    readExpansion(reader, word, readCommands);
  } else {
    readCharacter(reader, word, "none");
  }
}

function readDoubleQuoted(reader: ScriptReader, word: WordBuilder, readCommands: ReadCommands): void {
  reader.at++;
  for (;;) {
    const character = peek(reader, '"');
    if (character === '"') break;
    if (character === "\\") {
      // Before anything else the backslash stays; for what a word says that makes no difference.
      word.add(reader.text[reader.at + 1] ?? "");
      reader.at += 2;
    } else if (character === "$" || character === "`") {
      readExpansion(reader, word, readCommands, { quoted: true });
    } else {
      readCharacter(reader, word, "double");
    }
  }
  reader.at++;
}

/** What begins with `$` or a backtick. Only in a command substitution are placeholders safe again. */
function readExpansion(
  reader: ScriptReader,
  word: WordBuilder,
  readCommands: ReadCommands,
  { quoted = false } = {},
): void {
  const start = reader.at;
  const inserted = reader.insertions.length;
  const region = regions.find(({ open, bare }) => startsWith(reader, open) && !(bare && quoted));
  if (region) {
    skipRefusing(reader, region, { singleQuotes: !quoted });
  } else if (startsWith(reader, "$(")) {
    reader.at += 2;
    readCommands(reader);
    reader.at++;
  } else {
    reader.at++;
  }
  const within = reader.insertions.slice(inserted).map(({ placeholder }) => placeholder);
  word.addExpansion(reader.text.slice(start, reader.at), within);
}

/** A part of a script in which no placeholder can be replaced safely. */
export interface Region {
  open: string;
  close: string;
  /** What opens and closes a pair inside of it, which does not end it. */
  pair?: [string, string];
  /** Begins outside of double quotes only. */
  bare?: boolean;
  where: string;
}

/** Gives a prompt to a program as its input, and works with every HOST_RUNNER_SHELL. */
export const EXAMPLE_INPUT = `bash -c 'printf %s "$1" | my-program' name {prompt}`;

export const arithmetic: Region = {
  open: "((",
  close: "))",
  pair: ["(", ")"],
  where: "in arithmetic, where a value is run as code",
};

const regions: Region[] = [
  { ...arithmetic, open: "$((" },
  { ...arithmetic, open: "$[", close: "]", pair: ["[", "]"] },
  {
    open: "${",
    close: "}",
    pair: ["{", "}"],
    where: "in an expansion of the shell's own, where a value may be run as code",
  },
  { open: "$'", close: "'", bare: true, where: "in $'...', where a value cannot be quoted" },
  { open: '$"', close: '"', bare: true, where: 'in $"...", where a value cannot be quoted' },
  { open: "`", close: "`", where: "between backticks, where a value is run as code" },
];

/** Skips a region, at whose beginning `reader.at` is. Throws where it has a placeholder. */
export function skipRefusing(reader: ScriptReader, region: Region, { singleQuotes = true } = {}): void {
  const { open, close, pair, where } = region;
  const start = reader.at;
  reader.at += open.length;
  for (let depth = 0; depth > 0 || !startsWith(reader, close); reader.at++) {
    const character = peek(reader, close);
    if (character === "\\") reader.at++;
    else if (pair && (character === '"' || (character === "'" && singleQuotes)))
      skipQuotes(reader, character);
    else if (character === pair?.[0]) depth++;
    else if (character === pair?.[1]) depth--;
  }
  reader.at += close.length;
  const placeholder = placeholderIn(reader.text.slice(start, reader.at));
  if (placeholder) throw refuse(placeholder, where, EXAMPLE);
}

/** From a quote to the one that closes it, where `reader.at` is then. */
function skipQuotes(reader: ScriptReader, quote: string): void {
  reader.at++;
  while (peek(reader, quote) !== quote) reader.at += quote === '"' && reader.text[reader.at] === "\\" ? 2 : 1;
}

function readCharacter(reader: ScriptReader, word: WordBuilder, quotes: Insertion["quotes"]): void {
  const { text, at } = reader;
  const placeholder = placeholderAt(text, at);
  if (placeholder === null) {
    word.add(text[at]!);
    reader.at++;
    return;
  }
  reader.at += placeholder.length + 2;
  reader.insertions.push({ start: at, end: reader.at, placeholder, quotes });
  word.addPlaceholder(placeholder);
}

/** The next character of a region that has to be closed by `end`. */
function peek({ text, at }: ScriptReader, end: string): string {
  if (at >= text.length) throw unclosed(end);
  return text[at]!;
}

export const unclosed = (end: string): TemplateError =>
  new TemplateError(`HOST_RUNNER_CMD_TEMPLATE is no complete script: a ${end} is missing`);
