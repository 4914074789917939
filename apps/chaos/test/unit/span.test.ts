import { describe, expect, it } from "@jest/globals";
import { overlapOf, type Span, without } from "../../src/check/span.ts";

const span = (from: number, to: number): Span => ({ from, to });

describe("a span of time", () => {
  it.each<[string, Span[], Span[]]>([
    ["nothing", [], [span(0, 10)]],
    ["what lies outside of it", [span(-5, -1), span(11, 20)], [span(0, 10)]],
    ["its beginning and its end", [span(-5, 2), span(8, 20)], [span(2, 8)]],
    ["its midst", [span(4, 6)], [span(0, 4), span(6, 10)]],
    ["a moment", [span(4, 4)], [span(0, 4), span(4, 10)]],
    ["what overlaps, in any order", [span(5, 8), span(1, 3), span(2, 6)], [span(0, 1), span(8, 10)]],
    ["all of it", [span(-1, 11)], []],
    ["what has no end", [span(3, Number.POSITIVE_INFINITY)], [span(0, 3)]],
  ])("without %s", (_, others, left) => {
    expect(without(span(0, 10), others)).toEqual(left);
  });

  it("has with another one in common what lies in both", () => {
    expect(overlapOf(span(0, 10), span(5, 20))).toEqual(span(5, 10));
    expect(overlapOf(span(0, 10), span(10, 20))).toBeNull();
  });
});
