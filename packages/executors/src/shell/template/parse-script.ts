import { type Placeholder, placeholderIn } from "./placeholder.ts";
import { readControl, readHeredoc, readRedirection, skipBlanks, skipHeredocs } from "./script-operators.ts";
import {
  arithmetic,
  createScriptReader,
  enter,
  type Insertion,
  readWordPiece,
  type ScriptReader,
  skipRefusing,
  startsWith,
  unclosed,
} from "./script-reader.ts";
import { EXAMPLE, refuse, TemplateError } from "./template-error.ts";
import { trackInput } from "./track-input.ts";
import { createWordBuilder, isFixed, type Word, type WordBuilder } from "./word.ts";

/** A simple command of a script. */
export interface Command {
  words: Word[];
  /** A placeholder whose value may be in the command's input; null if none is. */
  stdin: Placeholder | null;
}

export interface ParsedScript {
  /** Every placeholder that a value can be put in for, from left to right. */
  insertions: Insertion[];
  /** Every simple command, those in subshells and substitutions too. */
  commands: Command[];
}

/** Words behind which another command begins. */
const OPENERS = ["if", "then", "elif", "else", "while", "until", "do", "!", "{", "time", "coproc"];

/** Words that begin a group of commands, which has one input and one output, and those that end it. */
const GROUP = /^(if|while|until|for|select|\{)$/;
const GROUP_END = /^(fi|done|\})$/;

/**
 * Reads a script of a POSIX shell, bash, zsh or ksh as far as is needed to tell data from code. Throws a TemplateError
 * for a placeholder where a value would be taken for code, and for a script that is not complete. `stdin` is a
 * placeholder whose value may be in the script's own input. Pure.
 */
export function parseScript(text: string, stdin: Placeholder | null = null): ParsedScript {
  const reader = createScriptReader(text);
  const commands: Command[] = [];
  const anyPlaceholder = placeholderIn(text);
  readCommands(reader, null, stdin);
  return { insertions: reader.insertions, commands };

  /** Reads up to `end`, at which it stops; up to the end of the text where that is null. */
  function readCommands(reader: ScriptReader, end: ")" | "esac" | null, inherited: Placeholder | null): void {
    const input = trackInput({ inherited, reader, commands });
    let words: Word[] = [];
    for (skipBlanks(reader); !isAtEnd(end, words); skipBlanks(reader)) {
      if (startsWith(reader, "\n")) {
        endPipeline();
        reader.at++;
        skipHeredocs(reader);
      } else if (startsWith(reader, "((") && (words.length === 0 || words[0]!.text === "for")) {
        skipRefusing(reader, arithmetic);
      } else if (startsWith(reader, "(")) {
        const first = commands.length;
        readParenthesis(words, input.current());
        words = [];
        input.groupEnded(first);
      } else {
        readNext();
      }
    }
    endPipeline();

    function readNext(): void {
      const redirection = readRedirection(reader);
      if (redirection !== null) {
        // Where to is no word of the command: what follows may still be its name.
        skipBlanks(reader);
        const source = readWord(input.current());
        if (/^0?</.test(redirection) && source.placeholders[0]) input.redirect(source.placeholders[0]);
        return;
      }
      const control = readControl(reader);
      if (control === "|" || control === "|&") {
        input.pipe(words);
        words = [];
      } else if (control !== null) {
        endPipeline();
      } else if (!readHeredoc(reader)) {
        readCommandWord();
      }
    }

    function endPipeline(): void {
      input.endPipeline(words);
      words = [];
    }

    function readCommandWord(): void {
      if (words.length === 0 && /^\[\[\s/.test(text.slice(reader.at, reader.at + 3))) {
        readTest();
        return;
      }
      const before = reader.at;
      const word = readWord(input.current());
      if (reader.at === before) {
        throw new TemplateError(`HOST_RUNNER_CMD_TEMPLATE is no complete script: unexpected ${text[before]}`);
      }
      if (words.length === 0 && isFixed(word) && readKeyword(word.text)) return;
      if (words[0]?.text === "function" && word.text === "{") {
        words = [];
        input.beginGroup();
      } else words.push(word);
    }

    /** Whether the word belongs to no command. */
    function readKeyword(word: string): boolean {
      if (GROUP.test(word)) input.beginGroup();
      if (GROUP_END.test(word)) {
        input.endGroup();
        return true;
      }
      if (word !== "case") return OPENERS.includes(word);
      const first = commands.length;
      readCase(input.current());
      input.groupEnded(first);
      return true;
    }
  }

  /** A subshell, or the `()` of a function's definition. */
  function readParenthesis(words: Word[], stdin: Placeholder | null): void {
    reader.at++;
    if (words.length === 1 && /^\s*\)/.test(text.slice(reader.at))) {
      reader.at = text.indexOf(")", reader.at) + 1;
      return;
    }
    if (words.length > 0) commands.push({ words, stdin });
    enter(reader, () => readCommands(reader, ")", stdin));
    reader.at++;
  }

  function isAtEnd(end: ")" | "esac" | null, words: readonly Word[]): boolean {
    if (reader.at >= text.length) {
      if (end !== null) throw unclosed(end);
      return true;
    }
    const rest = text.slice(reader.at, reader.at + 5);
    if (end === "esac") return /^;[;&]/.test(rest) || (words.length === 0 && /^esac\b/.test(rest));
    return end === ")" && rest.startsWith(")");
  }

  function readWord(stdin: Placeholder | null): Word {
    const word = createWordBuilder();
    const start = reader.at;
    for (;;) {
      const rest = text.slice(reader.at, reader.at + 2);
      // zsh knows =( ) as well.
      if (/^[<>]\(/.test(rest) || (rest.startsWith("(") && text.slice(start, reader.at) === "=")) {
        // What is written into >( ) may be any part of the script's output.
        readSubstitution(word, rest.startsWith(">") ? anyPlaceholder : stdin);
      } else if (rest.startsWith("(") && beginsList(text[reader.at - 1] ?? "", reader.at - start)) {
        // name=( ... ), and the patterns of bash and ksh, @( ... | ... ).
        enter(reader, readList);
      } else if (rest === "" || /^[\s;&|<>()]/.test(rest)) {
        return word.build();
      } else {
        readWordPiece(reader, word, (inner) => enter(inner, () => readCommands(inner, ")", stdin)));
      }
    }
  }

  function readList(): void {
    reader.at++;
    for (;;) {
      while (/[\s|]/.test(text[reader.at] ?? "")) reader.at++;
      if (reader.at >= text.length) throw unclosed(")");
      if (startsWith(reader, ")")) break;
      if (startsWith(reader, "(")) {
        enter(reader, readList);
        continue;
      }
      const before = reader.at;
      const { text: item, placeholders } = readWord(null);
      // [ ... ]= is an index, and indices are arithmetic.
      if (placeholders[0] && item.startsWith("[")) {
        throw refuse(placeholders[0], "in an array's index, where a value is run as code", EXAMPLE);
      }
      if (reader.at === before) throw unclosed(")");
    }
    reader.at++;
  }

  function readSubstitution(word: WordBuilder, stdin: Placeholder | null): void {
    const start = reader.at;
    const inserted = reader.insertions.length;
    reader.at = text.indexOf("(", start) + 1;
    enter(reader, () => readCommands(reader, ")", stdin));
    reader.at++;
    const within = reader.insertions.slice(inserted).map(({ placeholder }) => placeholder);
    word.addExpansion(text.slice(start, reader.at), within);
  }

  /** case WORD in PATTERN | PATTERN) COMMANDS ;; esac: its parentheses close nothing. */
  function readCase(stdin: Placeholder | null): void {
    skipBlanksAndLines();
    readWord(stdin);
    skipBlanksAndLines();
    // "in"
    readWord(stdin);
    for (;;) {
      skipBlanksAndLines();
      if (reader.at >= text.length) throw unclosed("esac");
      if (/^esac\b/.test(text.slice(reader.at, reader.at + 5))) break;
      if (startsWith(reader, "(")) reader.at++;
      while (!startsWith(reader, ")")) {
        skipBlanksAndLines();
        const before = reader.at;
        readWord(stdin);
        skipBlanksAndLines();
        if (startsWith(reader, "|")) reader.at++;
        if (reader.at === before) throw unclosed(")");
      }
      reader.at++;
      enter(reader, () => readCommands(reader, "esac", stdin));
      reader.at += /^;;?&?/.exec(text.slice(reader.at, reader.at + 3))?.[0].length ?? 0;
    }
    reader.at += "esac".length;
  }

  /** [[ ... ]], where operators mean something else than between commands. */
  function readTest(): void {
    const words: Word[] = [];
    for (;;) {
      skipBlanksAndLines();
      if (reader.at >= text.length) throw unclosed("]]");
      const operator = /^[&|<>()]+/.exec(text.slice(reader.at))?.[0];
      if (operator) {
        reader.at += operator.length;
        continue;
      }
      const word = readWord(null);
      if (word.text === "]]") break;
      if (word.text === "") throw unclosed("]]");
      words.push(word);
    }
    commands.push({ words, stdin: null });
  }

  function skipBlanksAndLines(): void {
    for (skipBlanks(reader); startsWith(reader, "\n"); skipBlanks(reader)) reader.at++;
  }
}

/** Whether a bracket opens a list, by the character before it and the length of the word so far. */
const beginsList = (before: string, length: number): boolean =>
  length > 1 ? /[=?*+@!]/.test(before) : length === 1 && /[?*+@]/.test(before);
