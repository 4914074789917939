import { describe, expect, it } from "@jest/globals";
import { createKeptRange } from "../../src/kept-range.ts";
import { splitIncompleteCharacter } from "../../src/utf8.ts";

describe("what is kept of an output", () => {
  it("is all of it, as long as it is short enough", () => {
    const kept = createKeptRange(100, 1000);
    expect([1, 2, 3].flatMap((n) => kept.add(`1-${n}`, 30))).toEqual([]);
  });

  it("is its beginning and its end, where it is longer", () => {
    const kept = createKeptRange(100, 1000);
    const dropped = Array.from({ length: 10 }, (_, i) => kept.add(`1-${i + 1}`, 25)).flat();
    expect(dropped).toEqual(["1-3", "1-4", "1-5", "1-6", "1-7", "1-8"]);
  });

  it("is at least the newest entry", () => {
    const kept = createKeptRange(10, 1000);
    expect(kept.add("1-1", 1000)).toEqual([]);
    expect(kept.add("1-2", 1000)).toEqual(["1-1"]);
  });
});

describe("a character that is cut", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["aé", 3],
    ["a\xc3", 1],
    ["a\xe2\x82", 1],
    ["a\xf0\x9f\x99", 1],
    ["a\xf0\x9f\x99\x82", 5],
    ["\x80\x80\x80\x80", 4],
    ["a\xff", 1],
  ])("is told apart from whole ones and from what is none: %j", (text, whole) => {
    const bytes = text.includes("é") ? Buffer.from(text) : Buffer.from(text, "latin1");
    expect(splitIncompleteCharacter(bytes)).toBe(whole);
  });
});
