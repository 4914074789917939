import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  endFilter,
  type FilterState,
  filterPiece,
  filterText,
  startOfText,
} from "../../src/terminal/output-filter.ts";

const ESC = "\u001b";
const link = (address: string, end = `${ESC}\\`) => `${ESC}]8;;${address}${end}`;

function filterPieces(pieces: readonly string[]): string {
  let state: FilterState = startOfText;
  let all = "";
  for (const piece of pieces) {
    const step = filterPiece(state, piece);
    all += step.shown;
    state = step.state;
  }
  return all + endFilter(state);
}

describe("the output of a command on a terminal", () => {
  it.each([
    ["text of any language", "naïve 日本 👍🏽 שלום\n\ta\r\nb\n"],
    ["colours", `${ESC}[1;31mred${ESC}[0m`],
    ["colours in 24 bits, with colons too", `${ESC}[38;2;1;2;3ma${ESC}[38:2::1:2:3mb${ESC}[m`],
    ["a link to a web page", `${link("https://example.org/a?b=c")}text${link("")}`],
    ["a link with an id, ended by BEL", `${ESC}]8;id=a;http://x/\u0007text${ESC}]8;;\u0007`],
  ])("passes %s as it is", (_, text) => expect(filterText(text)).toBe(text));

  it.each([
    ["a title", `${ESC}]0;evil\u0007`, "␛]0;evil␇"],
    ["a title, ended by ST", `${ESC}]2;evil${ESC}\\`, "␛]2;evil␛\\"],
    ["the clipboard", `${ESC}]52;c;ZXZpbA==\u0007`, "␛]52;c;ZXZpbA==␇"],
    ["a link to a file", link("file:///etc/passwd"), "␛]8;;file:///etc/passwd␛\\"],
    ["a link with a control in its address", `${ESC}]8;;http://x/\u0009\u0007`, "␛]8;;http://x/\t␇"],
    ["a link with a wide character in its address", link("http://x/日"), "␛]8;;http://x/日␛\\"],
    ["a title in a link's place", `${ESC}]8;;http://x/${ESC}]0;evil\u0007`, "␛]8;;http://x/␛]0;evil␇"],
    ["moving the cursor", `a${ESC}[2Ab${ESC}[10;10Hc`, "a␛[2Ab␛[10;10Hc"],
    ["erasing the screen", `a${ESC}[2J`, "a␛[2J"],
    ["erasing what is before the cursor", `a${ESC}[1K`, "a␛[1K"],
    ["another screen", `${ESC}[?1049h`, "␛[?1049h"],
    ["bracketed paste", `${ESC}[?2004h`, "␛[?2004h"],
    ["keyboard modes, which end as colours do", `${ESC}[>4;2m`, "␛[>4;2m"],
    ["deleting lines, which differs from a colour by its case", `${ESC}[2M${ESC}[k`, "␛[2M␛[k"],
    ["a question to the terminal", `${ESC}[6n${ESC}[c`, "␛[6n␛[c"],
    ["a sequence with an intermediate", `${ESC}[0 q${ESC}[!p`, "␛[0 q␛[!p"],
    ["device control", `${ESC}P+q544e${ESC}\\`, "␛P+q544e␛\\"],
    ["APC, PM and SOS", `${ESC}_G${ESC}\\${ESC}^p${ESC}\\${ESC}Xs${ESC}\\`, "␛_G␛\\␛^p␛\\␛Xs␛\\"],
    ["a full reset", `${ESC}c`, "␛c"],
    ["another character set", `${ESC}(0\u000e`, "␛(0␎"],
    ["8-bit controls", "\u009b2J\u009d0;evil\u009c\u0090\u0085", "�2J�0;evil���"],
    ["bell, backspace, delete and NUL", "a\u0007b\u0008c\u007fd\u0000", "a␇b␈c␡d␀"],
    ["vertical tab and form feed", "a\u000bb\u000c", "a␋b␌"],
    ["colours with too many parameters", `${ESC}[${"1;".repeat(40)}m`, `␛[${"1;".repeat(40)}m`],
    ["a link that is too long", link(`http://${"x".repeat(2_049)}`), `␛]8;;http://${"x".repeat(2_049)}␛\\`],
  ])("shows %s instead of carrying it out", (_, text, shown) => expect(filterText(text)).toBe(shown));

  it.each([
    ["a colour", `${ESC}[31mred`, `${ESC}[31mred${ESC}[0m`],
    ["a colour that is set again after a reset", `${ESC}[31;0m${ESC}[1m`, `${ESC}[31;0m${ESC}[1m${ESC}[0m`],
    ["a colour whose number is 0", `${ESC}[38;5;0m`, `${ESC}[38;5;0m${ESC}[0m`],
    ["a link", `${link("http://x")}text`, `${link("http://x")}text${link("")}`],
    ["a sequence", `a${ESC}[3`, "a␛[3"],
    ["a link's address", `a${ESC}]8;;http://x`, "a␛]8;;http://x"],
  ])("ends %s that is left open", (_, text, shown) => expect(filterText(text)).toBe(shown));

  it.each([
    ["a line end of Windows, doubled", "seen\r\r\n", "seen\r\n"],
    ["going back over a line", "first\rsecond\n", "first\nsecond\n"],
    ["a progress line", "\r10%\r20%\r100%\n", "10%\n20%\n100%\n"],
    ["a progress line that is erased each time", `10%\r${ESC}[K20%`, "10%\n20%"],
    ["going back at the end", "100%\r", "100%\n"],
  ])("loses no text to %s", (_, text, shown) => expect(filterText(text)).toBe(shown));

  it("drops the erasing of nothing that grep and gcc send with each colour", () =>
    expect(filterText(`${ESC}[01;31m${ESC}[Kfound${ESC}[m${ESC}[0K\n`)).toBe(`${ESC}[01;31mfound${ESC}[m\n`));

  it("holds back no more than a few kilobytes, however long a sequence goes on", () => {
    for (const begin of [`${ESC}]8;;http://`, `${ESC}]0;`, `${ESC}[`, `${ESC}P`, "\r"]) {
      let state = startOfText;
      for (let i = 0; i < 1_000; i++) {
        state = filterPiece(state, i === 0 ? begin : begin.endsWith("\r") ? "\r" : "1".repeat(100)).state;
        expect(state.held.length).toBeLessThan(2_500);
      }
    }
  });
});

const controlSequence = fc
  .tuple(
    fc.constantFrom("", "0", "0;31", "38:2:1", "?25", ">4;2"),
    fc.constantFrom("", "", " "),
    fc.integer({ min: 0x40, max: 0x7e }),
  )
  .map(([parameters, between, end]) => `${ESC}[${parameters}${between}${String.fromCharCode(end)}`);

/** Texts in which sequences, their parts and plain text follow each other in any way. */
const part = fc.oneof(
  fc.constantFrom(
    ESC,
    "[",
    "]",
    "8",
    ";",
    "0",
    "31",
    "m",
    "K",
    "M",
    "k",
    "\r",
    "\n",
    "\u0007",
    "\\",
    "\u009b",
    "\u009d",
  ),
  fc.constantFrom(`${ESC}[31m`, `${ESC}[0m`, `${ESC}[2J`, `${ESC}]0;t\u0007`, `${ESC}]52;c;eA==${ESC}\\`),
  fc.constantFrom(link("http://x"), link("https://x/y", "\u0007"), link("file:///x"), link(""), `${ESC}P1$r`),
  controlSequence,
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);
const anyText = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(""));

const COLOR = new RegExp(String.raw`${ESC}\[([\d;:]*)m`, "g");
const LINK = new RegExp(String.raw`${ESC}\]8;[ -:<-~]*;((?:https?://[!-~]*)?)(?:${"\u0007"}|${ESC}\\)`, "gi");

describe("whatever a command writes", () => {
  it("does nothing to the terminal but colours and links to web pages", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const rest = filterText(text).replaceAll(COLOR, "").replaceAll(LINK, "").replaceAll("\r\n", "\n");
        expect(rest).not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
      { numRuns: 3_000 },
    );
  });

  it("looks the same, wherever it is cut into pieces", () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.nat(60), { maxLength: 10 }), (text, cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((place, i) => text.slice(places[i], place));
        expect(filterPieces(pieces)).toBe(filterText(text));
        expect(filterPieces(text.split(""))).toBe(filterText(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it("is byte-identical where it is plain text", () => {
    const plain = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[^\P{Cc}\n\t]/gu, ""));
    fc.assert(
      fc.property(fc.array(plain), (lines) => {
        const text = lines.join("\r\n");
        expect(filterText(text)).toBe(text);
      }),
    );
  });

  it("leaves no colour and no link open", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = filterText(text);
        expect([...shown.matchAll(COLOR)].at(-1)?.[1] ?? "").toMatch(/^[0;]*$/);
        expect([...shown.matchAll(LINK)].at(-1)?.[1] ?? "").toBe("");
      }),
    );
  });
});
