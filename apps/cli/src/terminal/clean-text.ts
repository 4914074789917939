/** Control pictures stand in one block of Unicode, in the order of the characters that they show. */
const CONTROL_PICTURES = 0x2400;
const DELETE = 0x7f;
const DELETE_PICTURE = "\u2421";

/** Controls, and marks that turn the direction of what follows them. */
const UNSAFE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const UNSAFE_IN_LINES = /[^\P{Cc}\n\t]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A stranger's text as one line that cannot move the cursor, set colours or hide what stands beside it: what
 * would, is shown. Pure.
 */
export function cleanLine(text: string): string {
  return text.replace(UNSAFE, picture);
}

/** The same for programs: what could end a field or a line is shown, and all else is exact, as ids have to be. */
export function cleanField(text: string): string {
  return text.replace(/\p{Cc}/gu, picture);
}

/** The same for text of several lines. */
export function cleanText(text: string): string {
  return text.replace(UNSAFE_IN_LINES, picture);
}

/** A value as JSON on one line, in which no control character stands as it is: JSON itself lets some of them pass. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(/\p{Cc}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** A control character as something to be seen. */
export function picture(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCodePoint(CONTROL_PICTURES + code);
  return code === DELETE ? DELETE_PICTURE : "\ufffd";
}
