/** Enough to recognize a text by. */
const SHOWN_CHARACTERS = 1_000;

/** A text of any length, shortened. Says how much is left out, and where all of it is. Pure. */
export function shorten(text: string, whereAllIs: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  const shown = text.slice(0, endOfShown(text));
  const missing = (text.length - shown.length).toLocaleString("en-US");
  return `${shown} … ${missing} more characters; all of it: ${whereAllIs}`;
}

/** No character of two halves is cut. */
function endOfShown(text: string): number {
  const isHalf = /[\ud800-\udbff]/.test(text[SHOWN_CHARACTERS - 1]!);
  return isHalf ? SHOWN_CHARACTERS - 1 : SHOWN_CHARACTERS;
}
