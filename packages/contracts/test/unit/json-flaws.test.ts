import { findJsonFlaws } from "@host-runner/contracts";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

const told = (text: string) =>
  findJsonFlaws(text).map(({ path, message }) => `${path.join(".")}: ${message}`);

describe("a JSON text", () => {
  it.each([
    "0",
    "-5",
    "9007199254740991",
    "-9007199254740991",
    "0.1",
    "0.30000000000000004",
    "123456.7890000000000000000",
    "1.0",
    "1e2",
    "1E+21",
    "1e-7",
    "5e-324",
    "1.7976931348623157e308",
    "0.000000000000000000000",
    "0e999",
    '"9007199254740993"',
    '{"a": "1e400", "b": ["-0", "{\\"a\\":1,\\"a\\":-0}"]}',
    '[{"a":1},{"a":2}]',
    '{"a":{"a":[{"a":1}]}}',
  ])("%s is kept as it is", (text) => expect(told(text)).toEqual([]));

  it.each([
    ["9007199254740993", ": is a whole number beyond 2^53 - 1, where some are rounded: send it as a string"],
    ["9007199254740992", ": is a whole number beyond 2^53 - 1, where some are rounded: send it as a string"],
    [
      "1000000000000000000000",
      ": is a whole number beyond 2^53 - 1, where some are rounded: send it as a string",
    ],
    ["0.1234567890123456789", ": would be rounded to 0.12345678901234568: send it as a string"],
    ["60.00000000000000001", ": would be rounded to 60: send it as a string"],
    ["1.00000000000000000000000001e30", ": would be rounded to 1e+30: send it as a string"],
    ["1e400", ": is no number that can be kept: send it as a string"],
    ["-1e400", ": is no number that can be kept: send it as a string"],
    ["0.1e-400", ": is so small that it would become 0: send it as a string"],
    ["2e-324", ": is so small that it would become 0: send it as a string"],
    ["3e-324", ": would be rounded to 5e-324: send it as a string"],
    ["-0", ": would become 0: send 0"],
    ["-0.0e5", ": would become 0: send 0"],
    ['{"a":[1,{"b":1e999}]}', "a.1.b: is no number that can be kept: send it as a string"],
    ['{"a":1,"b":2,"a":3}', "a: stands more than once in its object: send it once"],
    ['{"a":1, "\\u0061" :2}', "a: stands more than once in its object: send it once"],
    ['{"x":[[],{"q\\"":1,"q\\"":1}]}', 'x.1.q": stands more than once in its object: send it once'],
    ['{"__proto__":1,"__proto__":2}', "__proto__: stands more than once in its object: send it once"],
  ])("%s is told of", (text, problem) => expect(told(text)).toEqual([problem]));

  it("is told of a name that stands twice among many", () => {
    const members = Array.from({ length: 1_000 }, (_, i) => `"k${i}":${i}`);
    expect(told(`{${members.join(",")},"k5":1}`)).toEqual([
      "k5: stands more than once in its object: send it once",
    ]);
  });

  it("may be nested more deeply than the stack is, and is told of without all of the way", () => {
    const depth = 200_000;
    expect(findJsonFlaws(`${"[".repeat(depth)}-0${"]".repeat(depth)}`)[0]?.path).toHaveLength(100);
  });

  it("is told of a thousand times at most", () => {
    expect(findJsonFlaws(`[${"-0,".repeat(100_000)}0]`)).toHaveLength(1_000);
  });

  it("has no flaw where JSON.stringify made it of numbers that are kept", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(undefined, 2), (value, space) => {
        const text = JSON.stringify(value, null, space);
        const parsed: unknown = JSON.parse(text);
        expect(findJsonFlaws(text).filter(({ message }) => !message.includes("2^53"))).toEqual([]);
        expect(JSON.stringify(parsed, null, space)).toBe(text);
      }),
    );
  });

  it("has a flaw wherever a number would become another one", () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{0,24}$/);
    const literal = fc
      .tuple(
        fc.constantFrom("", "-"),
        digits,
        fc.option(digits),
        fc.option(fc.integer({ min: -400, max: 400 })),
      )
      .map(([sign, whole, fraction, exponent]) => {
        const point = fraction === null ? "" : `.${fraction}`;
        return `${sign}${whole}${point}${exponent === null ? "" : `e${exponent}`}`;
      });
    fc.assert(
      fc.property(literal, (text) => {
        if (findJsonFlaws(text).length > 0) return;
        expect(exactly(JSON.stringify(JSON.parse(text)))).toEqual(exactly(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** A number exactly: a whole one, and the power of ten that it is multiplied by. */
function exactly(literal: string): [bigint, number] {
  const [mantissa = "", exponent = "0"] = literal.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  let [number, power] = [BigInt(whole + fraction), Number(exponent) - fraction.length];
  while (number !== 0n && number % 10n === 0n) [number, power] = [number / 10n, power + 1];
  return [number, power];
}
