import { describe, expect, it } from "@jest/globals";
import { cleanField, cleanLine, cleanText, toJsonLine } from "../../src/terminal/clean-text.ts";
import { usesColor } from "../../src/terminal/paint.ts";
import { formatBar } from "../../src/terminal/progress.ts";
import { wrapWords } from "../../src/terminal/wrap-words.ts";

describe("a stranger's text", () => {
  it.each([
    ["a colour", "\u001b[31mred", "␛[31mred"],
    ["a new line", "one\ntwo\r", "one␊two␍"],
    ["an 8-bit control", "\u009b2Jx", "\ufffd2Jx"],
    ["a delete", "a\u007f", "a␡"],
    ["a turned direction", "a\u202eb\u2066", "a\ufffdb\ufffd"],
    ["plain text of any language", "naïve 日本 👍🏽", "naïve 日本 👍🏽"],
  ])("cannot do anything in a line with %s", (_, text, shown) => expect(cleanLine(text)).toBe(shown));

  it("keeps its lines where it may have several", () => {
    expect(cleanText("a\tb\n\u001b[2J\u0007\r")).toBe("a\tb\n␛[2J␇␍");
  });

  it("is exact in JSON, without any control that stands as it is", () => {
    const text = "a\u007f\u009b2J\u001b\n日";
    const json = toJsonLine({ text });
    expect(json).toBe('{"text":"a\\u007f\\u009b2J\\u001b\\n日"}');
    expect(JSON.parse(json)).toEqual({ text });
  });

  it("is exact in a field for programs, where it does not end that", () => {
    expect(cleanField("a\u202eb 日")).toBe("a\u202eb 日");
    expect(cleanField("a\tb\n")).toBe("a␉b␊");
  });
});

it.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: "1" }, false],
  [true, { NO_COLOR: "" }, true],
  [true, { TERM: "dumb" }, false],
  [false, { FORCE_COLOR: "1" }, true],
  [true, { FORCE_COLOR: "0" }, false],
  [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
])("a terminal (%s) with %j has colours: %s", (isTerminal, environment, expected) => {
  expect(usesColor({ isTerminal, environment })).toBe(expected);
});

it.each([
  [0, 10, "[------------------------]  0/10"],
  [5, 10, "[############------------]  5/10"],
  [10, 10, "[########################] 10/10"],
  [0, 0, "[########################] 0/0"],
])("%d of %d is %s", (done, all, bar) => expect(formatBar(done, all)).toBe(bar));

it("wraps between words, and never within one", () => {
  expect(wrapWords("a bb ccc dddddddd e", 6)).toEqual(["a bb", "ccc", "dddddddd", "e"]);
  expect(wrapWords("", 6)).toEqual([""]);
});
