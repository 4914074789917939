import { placeholderIn } from "./placeholder.ts";
import { EXAMPLE_INPUT, type ScriptReader } from "./script-reader.ts";
import { refuse } from "./template-error.ts";

/** Spaces, continued lines and comments. */
export function skipBlanks(reader: ScriptReader): void {
  reader.at += /^(?:[ \t\r]|\\\n)*(?:#[^\n]*)?/.exec(reader.text.slice(reader.at))![0].length;
}

/** Reads `operator` if the text goes on with it; null if not. */
function readOperator(reader: ScriptReader, operator: RegExp): RegExpExecArray | null {
  const found = operator.exec(reader.text.slice(reader.at));
  reader.at += found?.[0].length ?? 0;
  return found;
}

/** Reads what ends a command; null if none is there. */
export const readControl = (reader: ScriptReader): string | null =>
  readOperator(reader, /^(?:;;&|;;|;&|;|&&|&|\|\||\|&|\|)/)?.[0] ?? null;

/** Not `<(` and `>(`, which begin a word, nor `<<`, which begins a here-document. */
export const readRedirection = (reader: ScriptReader): string | null =>
  readOperator(reader, /^(?:&>>?|\d*(?:<<<|<>|>>|>\||[<>]&|>(?!\()|<(?![(<])))/)?.[0] ?? null;

/** Notes a here-document, which begins in the next line. */
export function readHeredoc(reader: ScriptReader): boolean {
  const found = readOperator(reader, /^\d*<<(-?)[ \t]*((?:\\.|'[^']*'|"[^"]*"|[^\s;&|<>()'"\\])+)/);
  if (!found) return false;
  reader.heredocs.push({ delimiter: found[2]!.replace(/['"\\]/g, ""), stripTabs: found[1] === "-" });
  return true;
}

/** Skips the here-documents that were announced in the line that has just ended. */
export function skipHeredocs(reader: ScriptReader): void {
  for (const { delimiter, stripTabs } of reader.heredocs.splice(0)) {
    for (let done = false; !done && reader.at < reader.text.length; ) {
      const end = reader.text.indexOf("\n", reader.at);
      const line = reader.text.slice(reader.at, end < 0 ? undefined : end);
      done = (stripTabs ? line.replace(/^\t+/, "") : line) === delimiter;
      const placeholder = done ? null : placeholderIn(line);
      if (placeholder)
        throw refuse(placeholder, "in a here-document, which a shell evaluates", EXAMPLE_INPUT);
      reader.at = end < 0 ? reader.text.length : end + 1;
    }
  }
}
