/**
 * What a JSON text says and its value does not: JSON.parse rounds numbers and drops all but the last of several members
 * with one name. Whoever stores the value would store something else than was sent.
 */
export interface JsonFlaw {
  /** Where it is: names of members and places in lists. */
  path: (string | number)[];
  /** What is wrong with it, and what to send instead. */
  message: string;
}

/** A list or an object that is being read: where in it, and the names that an object has so far. */
type Frame = { index: number } | ObjectFrame;
interface ObjectFrame {
  name: string;
  names: string[];
  /** The same, where they are many. */
  manyNames?: Set<string>;
}

/** So many flaws are told of one text: a list of small numbers may have millions. */
export const MAX_FLAWS = 1_000;

/** Places beyond this depth are not told. */
const TOLD_DEPTH = 100;

/**
 * The flaws of a JSON text that JSON.parse takes, in their order, MAX_FLAWS at most; those alone at which `isKept` says
 * that the value is wanted. One pass over the structure of the text; strings are skipped.
 */
export function findJsonFlaws(
  text: string,
  isKept: (path: readonly (string | number)[]) => boolean = () => true,
): JsonFlaw[] {
  const flaws: JsonFlaw[] = [];
  // No recursion: a text may be nested deeper than the stack.
  const frames: Frame[] = [];
  let frame: Frame | undefined;
  let isNameNext = false;
  const report = (message: string) => {
    const path = frames.slice(0, TOLD_DEPTH).map(placeIn);
    if (isKept(path)) flaws.push({ path, message });
  };

  for (let at = 0; at < text.length && flaws.length < MAX_FLAWS; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (isNameNext && frame && "names" in frame) {
        frame.name = decodeName(text.slice(at + 1, end));
        if (!addName(frame, frame.name)) report("stands more than once in its object: send it once");
        isNameNext = false;
      }
      at = end;
    } else if (code === COMMA) {
      if (frame && "index" in frame) frame.index++;
      else isNameNext = true;
    } else if (code === OPEN_OBJECT) {
      frame = { name: "", names: [] };
      frames.push(frame);
      isNameNext = true;
    } else if (code === OPEN_LIST) {
      frame = { index: 0 };
      frames.push(frame);
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      frames.pop();
      frame = frames.at(-1);
      isNameNext = false;
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, at);
      const problem = judgeNumber(text.slice(at, end));
      if (problem) report(problem);
      at = end - 1;
    }
  }
  return flaws;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const MINUS = 0x2d;
const BACKSLASH = 0x5c;

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const placeIn = (frame: Frame) => ("index" in frame ? frame.index : frame.name);

/** Of the quote that ends the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (isDigit(text.charCodeAt(end)) || ".eE+-".includes(text.charAt(end) || " ")) end++;
  return end;
}

function decodeName(name: string): string {
  return name.includes("\\") ? (JSON.parse(`"${name}"`) as string) : name;
}

/** Nearly all objects have fewer members. */
const MANY_NAMES = 16;

/** False where the object has a member of this name already. */
function addName(object: ObjectFrame, name: string): boolean {
  const { names, manyNames } = object;
  if (manyNames) return manyNames.size < manyNames.add(name).size;
  if (names.includes(name)) return false;
  if (names.push(name) > MANY_NAMES) object.manyNames = new Set(names);
  return true;
}

/** Numbers of so many characters have no more digits than each number keeps, if they are neither huge nor tiny. */
const EXACT_CHARACTERS = 15;
const [TINY, HUGE] = [1e-290, 1e290];

/** What is wrong with a number as it is written; null where its value is kept. */
function judgeNumber(literal: string): string | null {
  const value = Number(literal);
  const size = Math.abs(value);
  if (literal.length <= EXACT_CHARACTERS && size > TINY && size < HUGE) return judgeValue(value);
  const isZero = !/[1-9]/.test(literal.split(/[eE]/)[0]!);
  if (value === 0 && !isZero) return "is so small that it would become 0: send it as a string";
  const problem = judgeValue(value);
  if (problem || isZero) return problem;
  if (/^-?\d+$/.test(literal) && size > Number.MAX_SAFE_INTEGER) return BEYOND_WHOLE_NUMBERS;
  return isSame(literal, String(value)) ? null : `would be rounded to ${value}: send it as a string`;
}

const BEYOND_WHOLE_NUMBERS = "is a whole number beyond 2^53 - 1, where some are rounded: send it as a string";

/** What is wrong with a number that is no longer text; null where nothing is. */
export function judgeValue(value: number): string | null {
  if (!Number.isFinite(value)) return "is no number that can be kept: send it as a string";
  if (Object.is(value, -0)) return "would become 0: send 0";
  // From 1e21 on numbers are written with an exponent, and nobody takes them for exact.
  if (Number.isInteger(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 1e21) {
    return BEYOND_WHOLE_NUMBERS;
  }
  return null;
}

/** Whether two numbers as they are written have the same value. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [parseDecimal(one), parseDecimal(other)];
  return a.digits === b.digits && a.exponent === b.exponent;
}

/** A number as its significant digits, and the power of ten that the last of them counts. */
function parseDecimal(literal: string): { digits: string; exponent: number } {
  const [, whole = "", fraction = "", exponent = "0"] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(literal) ?? [];
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = trimZeros(all);
  return { digits, exponent: Number(exponent) - fraction.length + (all.length - digits.length) };
}

function trimZeros(digits: string): string {
  let end = digits.length;
  while (digits.charAt(end - 1) === "0") end--;
  return digits.slice(0, end);
}
