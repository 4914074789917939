import { picture } from "./clean-text.ts";

/**
 * What the output of a command may do to a terminal: write text, in colours, with links to web pages. Every other
 * control character and control sequence is shown instead of carried out: titles, the clipboard, other links, modes,
 * cursor movement, device control. No text is lost: a carriage return that would go back over a line begins a new one.
 */
export interface FilterState {
  /** The end of the text so far that means something only with the text after it. At most a few kilobytes. */
  held: string;
  isStyled: boolean;
  isLinked: boolean;
  /** Whether something stands in the last line. */
  isLineBegun: boolean;
}

export const startOfText: FilterState = { held: "", isStyled: false, isLinked: false, isLineBegun: false };

const ESC = "\u001b";
const BEL = "\u0007";

const TEXT = /[\P{Cc}\n\t]+/uy;
const CARRIAGE_RETURNS = /\r+/y;

const sequence = (source: string, flags = "") => new RegExp(ESC + source, `${flags}y`);
/** SGR: no private parameters, which set modes. */
const COLOR = sequence(String.raw`\[([\d;:]{0,64})m`);
/** To the end of the line, where nothing stands: grep and gcc send it with every colour. */
const ERASE_REST_OF_LINE = sequence(String.raw`\[0?K`);
/** https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda; the end of a link is one without an address. */
const LINK = sequence(String.raw`\]8;[ -:<-~]{0,128};((?:https?://[!-~]{0,2048})?)(?:${BEL}|${ESC}\\)`, "i");
/** Each beginning of one of these three, at the end of the text. */
const BEGUN_SEQUENCE = sequence(
  String.raw`(?:\[[\d;:]{0,64}|\](?:8(?:;[ -:<-~]{0,128}(?:;[!-~]{0,2056}${ESC}?)?)?)?)?$`,
);

const RESET_STYLE = `${ESC}[0m`;
const END_LINK = `${ESC}]8;;${ESC}\\`;

/** Takes the next piece of a text, and says what of it to show. The pieces may be cut anywhere. Pure. */
export function filterPiece(state: FilterState, piece: string): { state: FilterState; shown: string } {
  return filter(state, piece, false);
}

/** What is left to show at the end of a text: what was held back, and the end of a style or link. Pure. */
export function endFilter(state: FilterState): string {
  const ended = filter(state, "", true);
  return ended.shown + closeStyles(ended.state).shown;
}

/** A whole text. Pure. */
export function filterText(text: string): string {
  const { state, shown } = filterPiece(startOfText, text);
  return shown + endFilter(state);
}

/** Ends a style or link, for text of another kind that is written in between. Pure. */
export function closeStyles(state: FilterState): { state: FilterState; shown: string } {
  const shown = (state.isLinked ? END_LINK : "") + (state.isStyled ? RESET_STYLE : "");
  return { state: { ...state, isStyled: false, isLinked: false }, shown };
}

function filter(before: FilterState, piece: string, isEnd: boolean) {
  const text = before.held + piece;
  const state = { ...before, held: "" };
  let shown = "";
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at += match[0].length;
    return match;
  };
  const hold = (held: string) => ({ state: { ...state, held }, shown });

  while (at < text.length) {
    const plain = take(TEXT)?.[0];
    if (plain !== undefined) {
      const isCut = !isEnd && at === text.length && isHighSurrogate(plain.at(-1)!);
      const whole = isCut ? plain.slice(0, -1) : plain;
      shown += whole;
      if (whole !== "") state.isLineBegun = !whole.endsWith("\n");
      if (isCut) return hold(plain.at(-1)!);
      continue;
    }
    if (take(CARRIAGE_RETURNS)) {
      if (at === text.length && !isEnd) return hold("\r");
      if (text[at] === "\n") shown += "\r";
      else if (state.isLineBegun) {
        shown += "\n";
        state.isLineBegun = false;
      }
      continue;
    }
    if (text[at] === ESC) {
      const color = take(COLOR);
      if (color) {
        state.isStyled = !/^[0;]*$/.test(color[1]!);
        shown += color[0];
        continue;
      }
      const link = take(LINK);
      if (link) {
        state.isLinked = link[1] !== "";
        shown += link[0];
        continue;
      }
      if (take(ERASE_REST_OF_LINE)) continue;
      const begun = isEnd ? null : take(BEGUN_SEQUENCE);
      if (begun) return hold(begun[0]);
    }
    shown += picture(text[at++]!);
    state.isLineBegun = true;
  }
  return { state, shown };
}

function isHighSurrogate(unit: string): boolean {
  return unit >= "\ud800" && unit <= "\udbff";
}
