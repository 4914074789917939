import { placeholderAt } from "./placeholder.ts";
import { createWordBuilder, type Word, type WordBuilder } from "./word.ts";

export interface SplitTemplate {
  words: Word[];
  /** The first thing in it that only a shell would act on, if any: an operator, an expansion, a pattern. */
  needsShell: string | null;
  /** Why it is no complete command line, if so. */
  problem: string | null;
}

/** Splits a command line into arguments as a POSIX shell does, quotes and backslashes, and expands nothing. */
export function splitArguments(text: string): SplitTemplate {
  const words: Word[] = [];
  let needsShell: string | null = null;
  let problem: string | null = null;
  let word: WordBuilder | null = null;
  for (let at = 0; at < text.length; ) {
    const character = text[at]!;
    if (text.startsWith("\\\n", at)) {
      at += 2;
      continue;
    }
    if (/\s/.test(character)) {
      if (word) words.push(word.build());
      word = null;
      // It ends the command, and what follows would be another one.
      if (character === "\n" && words.length > 0 && text.slice(at).trim() !== "") needsShell ??= "line break";
      at++;
      continue;
    }
    if (/[|&;<>()`$*?[~#!]/.test(character)) needsShell ??= character;
    word ??= createWordBuilder();
    at = readPiece(at, word);
  }
  if (word) words.push(word.build());
  return { words, needsShell, problem };

  /** Reads a quoted piece or one character; returns where the next begins. */
  function readPiece(at: number, into: WordBuilder): number {
    switch (text[at]) {
      case "'":
        return readQuoted(at, into, "'");
      case '"':
        return readQuoted(at, into, '"');
      case "\\":
        if (at + 1 >= text.length) problem ??= "ends in a backslash";
        into.add(text[at + 1] ?? "");
        return at + 2;
      default:
        return readCharacter(at, into);
    }
  }

  function readQuoted(start: number, into: WordBuilder, quote: "'" | '"'): number {
    for (let at = start + 1; at < text.length; ) {
      if (text[at] === quote) return at + 1;
      if (quote === '"' && text[at] === "\\" && /["\\$`\n]/.test(text[at + 1] ?? "")) {
        if (text[at + 1] !== "\n") into.add(text[at + 1]!);
        at += 2;
        continue;
      }
      if (quote === '"' && /[$`]/.test(text[at]!)) needsShell ??= text[at]!;
      at = readCharacter(at, into);
    }
    problem ??= `has a ${quote} that is not closed`;
    return text.length;
  }

  function readCharacter(at: number, into: WordBuilder): number {
    const placeholder = text[at - 1] === "$" ? null : placeholderAt(text, at);
    if (placeholder === null) {
      into.add(text[at]!);
      return at + 1;
    }
    into.addPlaceholder(placeholder);
    return at + placeholder.length + 2;
  }
}
