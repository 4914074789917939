import { placeholderIn } from "./placeholder.ts";
import {
  arithmetic,
  type Insertion,
  readWordPiece,
  type ScriptReader,
  skipRefusing,
  startsWith,
  unclosed,
} from "./script-reader.ts";
import { refuse, TemplateError } from "./template-error.ts";
import { createWordBuilder, isFixed, type Word, type WordBuilder } from "./word.ts";

export interface ParsedScript {
  /** Every placeholder that a value can be put in for, from left to right. */
  insertions: Insertion[];
  /** The words of every simple command, those in subshells and substitutions too. */
  commands: Word[][];
}

/** Words behind which another command begins. */
const OPENERS = ["if", "then", "elif", "else", "while", "until", "do", "!", "{", "time", "coproc"];

/**
 * Reads a script of a POSIX shell, bash, zsh or ksh as far as is needed to tell data from code. Throws a TemplateError
 * for a placeholder where a value would be taken for code, and for a script that is not complete. Pure.
 */
export function parseScript(text: string): ParsedScript {
  const reader: ScriptReader = { text, at: 0, insertions: [], heredocs: [] };
  const commands: Word[][] = [];
  readCommands(reader, null);
  return { insertions: reader.insertions, commands };

  /** Reads up to `end`, at which it stops; up to the end of the text where that is null. */
  function readCommands(reader: ScriptReader, end: ")" | "esac" | null): void {
    let words: Word[] = [];
    for (skipBlanks(reader); !isAtEnd(end, words); skipBlanks(reader)) {
      if (startsWith(reader, "\n")) {
        endCommand();
        reader.at++;
        skipHeredocs(reader);
      } else if (startsWith(reader, "((") && (words.length === 0 || words[0]!.text === "for")) {
        skipRefusing(reader, arithmetic);
      } else if (startsWith(reader, "(")) {
        readParenthesis(words);
        words = [];
      } else if (readRedirection(reader)) {
        // Where to is no word of the command: what follows may still be its name.
        skipBlanks(reader);
        readWord();
      } else if (readControl(reader)) {
        endCommand();
      } else if (!readHeredoc(reader)) {
        readCommandWord(words);
      }
    }
    endCommand();

    function endCommand(): void {
      if (words.length > 0) commands.push(words);
      words = [];
    }
  }

  /** A subshell, or the `()` of a function's definition. */
  function readParenthesis(words: readonly Word[]): void {
    reader.at++;
    if (words.length === 1 && /^\s*\)/.test(text.slice(reader.at))) {
      reader.at = text.indexOf(")", reader.at) + 1;
      return;
    }
    if (words.length > 0) commands.push([...words]);
    readCommands(reader, ")");
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

  function readCommandWord(words: Word[]): void {
    if (words.length === 0 && /^\[\[\s/.test(text.slice(reader.at))) {
      readTest();
      return;
    }
    const before = reader.at;
    const word = readWord();
    if (reader.at === before) {
      throw new TemplateError(`HOST_RUNNER_CMD_TEMPLATE is no complete script: unexpected ${text[before]}`);
    }
    if (words.length === 0 && isFixed(word)) {
      if (word.text === "case") {
        readCase();
        return;
      }
      if (OPENERS.includes(word.text)) return;
    }
    if (words[0]?.text === "function" && word.text === "{") words.length = 0;
    else words.push(word);
  }

  function readWord(): Word {
    const word = createWordBuilder();
    const start = reader.at;
    for (;;) {
      const rest = text.slice(reader.at, reader.at + 2);
      // zsh knows =( ) as well.
      if (/^[<>]\(/.test(rest) || (rest.startsWith("(") && text.slice(start, reader.at) === "=")) {
        readSubstitution(word);
      } else if (rest.startsWith("(") && /.[=?*+@!]$|^[?*+@]$/.test(text.slice(start, reader.at))) {
        // name=( ... ), and the patterns of bash and ksh, @( ... | ... ).
        readList();
      } else if (rest === "" || /^[\s;&|<>()]/.test(rest)) {
        return word.build();
      } else {
        readWordPiece(reader, word, (inner) => readCommands(inner, ")"));
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
        readList();
        continue;
      }
      const before = reader.at;
      const { text: item, placeholders } = readWord();
      // [ ... ]= is an index, and indices are arithmetic.
      if (placeholders[0] && item.startsWith("[")) {
        throw refuse(placeholders[0], "in an array's index", "write it as a value");
      }
      if (reader.at === before) throw unclosed(")");
    }
    reader.at++;
  }

  function readSubstitution(word: WordBuilder): void {
    const start = reader.at;
    reader.at = text.indexOf("(", start) + 1;
    readCommands(reader, ")");
    reader.at++;
    word.addExpansion(text.slice(start, reader.at));
  }

  /** case WORD in PATTERN | PATTERN) COMMANDS ;; esac: its parentheses close nothing. */
  function readCase(): void {
    skipBlanksAndLines();
    readWord();
    skipBlanksAndLines();
    // "in"
    readWord();
    for (;;) {
      skipBlanksAndLines();
      if (reader.at >= text.length) throw unclosed("esac");
      if (/^esac\b/.test(text.slice(reader.at))) break;
      if (startsWith(reader, "(")) reader.at++;
      while (!startsWith(reader, ")")) {
        skipBlanksAndLines();
        const before = reader.at;
        readWord();
        skipBlanksAndLines();
        if (startsWith(reader, "|")) reader.at++;
        if (reader.at === before) throw unclosed(")");
      }
      reader.at++;
      readCommands(reader, "esac");
      reader.at += /^;;?&?/.exec(text.slice(reader.at))?.[0].length ?? 0;
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
      const word = readWord();
      if (word.text === "]]") break;
      if (word.text === "") throw unclosed("]]");
      words.push(word);
    }
    commands.push(words);
  }

  function skipBlanksAndLines(): void {
    for (skipBlanks(reader); startsWith(reader, "\n"); skipBlanks(reader)) reader.at++;
  }
}

/** Spaces, continued lines and comments. */
function skipBlanks(reader: ScriptReader): void {
  reader.at += /^(?:[ \t\r]|\\\n)*(?:#[^\n]*)?/.exec(reader.text.slice(reader.at))![0].length;
}

/** Reads `operator` if the text goes on with it; null if not. */
function readOperator(reader: ScriptReader, operator: RegExp): RegExpExecArray | null {
  const found = operator.exec(reader.text.slice(reader.at));
  reader.at += found?.[0].length ?? 0;
  return found;
}

const readControl = (reader: ScriptReader) =>
  readOperator(reader, /^(?:;;&|;;|;&|;|&&|&|\|\||\|&|\|)/) !== null;

/** Not `<(` and `>(`, which begin a word, nor `<<`, which begins a here-document. */
const readRedirection = (reader: ScriptReader) =>
  readOperator(reader, /^(?:&>>?|\d*(?:<<<|<>|>>|>\||[<>]&|>(?!\()|<(?![(<])))/) !== null;

/** Notes a here-document, which begins in the next line. */
function readHeredoc(reader: ScriptReader): boolean {
  const found = readOperator(reader, /^\d*<<(-?)[ \t]*((?:\\.|'[^']*'|"[^"]*"|[^\s;&|<>()'"\\])+)/);
  if (!found) return false;
  reader.heredocs.push({ delimiter: found[2]!.replace(/['"\\]/g, ""), stripTabs: found[1] === "-" });
  return true;
}

/** Skips the here-documents that were announced in the line that has just ended. */
function skipHeredocs(reader: ScriptReader): void {
  for (const { delimiter, stripTabs } of reader.heredocs.splice(0)) {
    for (let done = false; !done && reader.at < reader.text.length; ) {
      const end = reader.text.indexOf("\n", reader.at);
      const line = reader.text.slice(reader.at, end < 0 ? undefined : end);
      done = (stripTabs ? line.replace(/^\t+/, "") : line) === delimiter;
      const placeholder = done ? null : placeholderIn(line);
      if (placeholder) {
        throw refuse(
          placeholder,
          "in a here-document",
          "write printf '%s' \"{prompt}\" | command, or use {prompt_file}",
        );
      }
      reader.at = end < 0 ? reader.text.length : end + 1;
    }
  }
}
