/**
 * Takes secrets out of text that is stored or shown. Two kinds are known: values that stand behind a telling name
 * (`Authorization: Bearer ...`, `password=...`, `"api_key": "..."`), and values that are given word for word.
 */

export const REDACTED = "[REDACTED]";

export interface Redactor {
  /** A whole text, without its secrets. */
  text(text: string): string;
  /** A JSON value without the secrets in its texts, and without those that have a telling name. */
  json(value: unknown): unknown;
  /** For a text that comes in pieces: a secret is found wherever it is cut. */
  stream(): RedactingStream;
}

export interface RedactingStream {
  /** What of the text so far is known to be no secret; the rest comes with a later call. */
  write(piece: string): string;
  /** What is left, at the end of the text. */
  end(): string;
}

export function createRedactor(secrets: readonly string[] = []): Redactor {
  const stream = () => chain(redactLiterals(secrets), redactNamedValues());
  return { stream, text, json };

  function text(given: string): string {
    const whole = stream();
    return whole.write(given) + whole.end();
  }

  function json(value: unknown): unknown {
    if (typeof value === "string") return text(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(json);
    const entries = Object.entries(value).map(([name, of]) => {
      const isSecret = typeof of === "string" && of !== "" && SECRET_NAME.test(name);
      return [name, isSecret ? REDACTED : json(of)];
    });
    return Object.fromEntries(entries);
  }
}

const SECRET_NAME =
  /(?:authorization|password|passwd|token|api[_-]?key|access[_-]?key|secret(?:[_-]?key)?)$/i;

/** Shorter ones stand in any text by chance (the limit is that of Buildkite's agent). */
export const MIN_SECRET_CHARACTERS = 6;

/**
 * The values of environment variables that are to be redacted, line by line and also as JSON has them. `tooShort` names
 * the variables whose value is left as it is.
 */
export function secretsOf(names: readonly string[], environment: Record<string, string | undefined>) {
  const secrets = new Set<string>();
  const tooShort: string[] = [];
  for (const name of names) {
    const value = environment[name]?.trim() ?? "";
    const lines = [...value.split(/\r?\n/), JSON.stringify(value).slice(1, -1)];
    const long = lines.filter((line) => line.length >= MIN_SECRET_CHARACTERS);
    if (value !== "" && long.length === 0) tooShort.push(name);
    for (const line of long) secrets.add(line);
  }
  return { secrets: [...secrets], tooShort };
}

function chain(first: RedactingStream, second: RedactingStream): RedactingStream {
  return {
    write: (piece) => second.write(first.write(piece)),
    end: () => second.write(first.end()) + second.end(),
  };
}

/** Holds an end of the text back for as long as it may be the beginning of a secret. */
function redactLiterals(secrets: readonly string[]): RedactingStream {
  if (secrets.length === 0) return { write: (piece) => piece, end: () => "" };
  // Where one secret begins another, the longer one counts.
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  const literal = new RegExp(
    longestFirst.map((secret) => secret.replace(/[^\w]/g, escapeCharacter)).join("|"),
    "g",
  );
  const maxLength = longestFirst[0]!.length;
  let held = "";

  return {
    write(piece) {
      const text = held + piece;
      let result = "";
      let from = 0;
      let undecided = beginningOfSecret(text, 0);
      literal.lastIndex = 0;
      for (let match = literal.exec(text); match && match.index < undecided; match = literal.exec(text)) {
        result += text.slice(from, match.index) + REDACTED;
        from = literal.lastIndex;
        if (undecided < from) undecided = beginningOfSecret(text, from);
      }
      held = text.slice(undecided);
      return result + text.slice(from, undecided);
    },
    end() {
      const rest = held.replace(literal, REDACTED);
      held = "";
      return rest;
    },
  };

  /** Where the end of the text may be a secret's beginning; the text's length where it is none. */
  function beginningOfSecret(text: string, from: number): number {
    for (let i = Math.max(from, text.length - maxLength + 1); i < text.length; i++) {
      const end = text.slice(i);
      if (longestFirst.some((secret) => secret.length > end.length && secret.startsWith(end))) return i;
    }
    return text.length;
  }
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A name that tells of a secret, up to where its value begins. `"token": 5` is a count, `"token": "x"` is not. */
const NAMED =
  /(authorization)\\?["']?(?:[ \t]{0,8}:[ \t]{0,8}|=)(\\?["'])?|(?:password|passwd|token|api[_-]?key|access[_-]?key|secret(?:[_-]?key)?)(?:=(\\?["'])?|\\?["'][ \t]{0,8}:[ \t]{0,8}(\\?["']))/gi;

/** As much of the text before is kept as a match of NAMED can be long. */
const CONTEXT_CHARACTERS = 64;

const SCHEME = /^(?:bearer|basic|token|digest)[ \t]+/i;
const SCHEMES = ["bearer ", "basic ", "token ", "digest "];

/** Names are passed on as they come, they are no secret; a value is dropped up to its end, however long it is. */
function redactNamedValues(): RedactingStream {
  let context = "";
  /** What comes after a name, while it may still be no value: `Bea`, or the backslash of `\"`. */
  let held = "";
  /** The end of the value that is being dropped. */
  let valueEnd: ValueEnd | null = null;

  return {
    write: (piece) => (isPlain(piece) ? pass(piece) : redact(piece, false)),
    end: () => redact("", true),
  };

  /** Whether no name stands in it, nor begins before it: nearly all that programs print. */
  function isPlain(piece: string): boolean {
    if (valueEnd || held !== "" || piece.length < CONTEXT_CHARACTERS) return false;
    return !mayHaveName(piece) && !mayHaveName(context + piece.slice(0, CONTEXT_CHARACTERS));
  }

  function pass(piece: string): string {
    context = piece.slice(-CONTEXT_CHARACTERS);
    return piece;
  }

  function redact(piece: string, isEnd: boolean): string {
    const text = context + held + piece;
    let from = context.length;
    let result = "";
    held = "";
    // A name may have begun in the text before.
    for (let searched = 0; ; ) {
      if (valueEnd) {
        valueEnd.pattern.lastIndex = from;
        const end = valueEnd.pattern.exec(text);
        if (!end) {
          from = text.length;
          break;
        }
        from = end.index;
        searched = from;
        // The backslash of an escaped quote was dropped with the value.
        if (valueEnd.isEscaped && /["']/.test(end[0])) result += "\\";
        valueEnd = null;
      }
      NAMED.lastIndex = searched;
      const name = NAMED.exec(text);
      if (!name) break;
      searched = NAMED.lastIndex;
      let start = searched;
      if (start < from) continue;
      const rest = text.slice(start, start + CONTEXT_CHARACTERS);
      const isLast = !isEnd && start + rest.length === text.length;
      if (isLast && mayBeNoValueYet(rest, name[1] !== undefined)) {
        held = rest;
        result += text.slice(from, start);
        from = start;
        break;
      }
      if (name[1]) start += SCHEME.exec(rest)?.[0].length ?? 0;
      const end = endOfValue(name[2] ?? name[3] ?? name[4]);
      end.pattern.lastIndex = start;
      if (start === text.length || end.pattern.exec(text)?.index === start) continue;
      result += text.slice(from, start) + REDACTED;
      from = start;
      valueEnd = end;
    }
    const before = text.length - held.length;
    result += text.slice(from, before);
    context = text.slice(Math.max(0, before - CONTEXT_CHARACTERS), before);
    return result;
  }
}

/** Without these there is no match of NAMED. In two, as both together take less time than NAMED, or one of all five. */
const WORDS = [/passw|token|secret|key/i, /authorization/i];

function mayHaveName(text: string): boolean {
  return WORDS.some((word) => word.test(text));
}

function mayBeNoValueYet(rest: string, isAuthorization: boolean): boolean {
  if (rest === "\\") return true;
  if (!isAuthorization || rest === "") return false;
  const given = rest.toLowerCase();
  return SCHEMES.some((scheme) => scheme.startsWith(given)) || SCHEME.exec(rest)?.[0] === rest;
}

interface ValueEnd {
  pattern: RegExp;
  /** Whether the quote that ends it has a backslash before it. */
  isEscaped: boolean;
}

/** A quoted value ends at its quote, another one at white space, a quote or `&`; none goes beyond its line. */
function endOfValue(quote: string | undefined): ValueEnd {
  if (quote === undefined) return { pattern: /[\t-\r \0"'&]/g, isEscaped: false };
  const isEscaped = quote.startsWith("\\");
  return { pattern: new RegExp(`(?<${isEscaped ? "=" : "!"}\\\\)${quote.at(-1)}|[\r\n]`, "g"), isEscaped };
}
