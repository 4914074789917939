import type { OutputPart } from "@host-runner/queue";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { lastLines } from "../../src/routes/last-lines.ts";

const part = (offset: number, text: string): OutputPart => ({
  kind: "output",
  stream: "stdout",
  offset,
  bytes: Buffer.from(text),
});

/** The text in pieces of random length, from its end to its beginning, and how many of them were read. */
function backwards(text: string, lengths: number[]) {
  const parts: OutputPart[] = [];
  for (let offset = 0, i = 0; offset < text.length; i++) {
    const piece = text.slice(offset, offset + (lengths[i % lengths.length] ?? 1));
    parts.push(part(offset, piece));
    offset += piece.length;
  }
  const read = { parts: 0 };
  return {
    read,
    newestFirst: (async function* () {
      for (const next of parts.reverse()) {
        read.parts += 1;
        yield next;
      }
    })(),
  };
}

const textOf = (parts: OutputPart[]) =>
  parts.map((one) => (one.kind === "output" ? one.bytes.toString() : `[${one.from}-${one.to}]`)).join("");

describe("the last lines of an output", () => {
  it("are those of the whole text, wherever its pieces are cut", () =>
    fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 12 }),
        async (text, lengths, count) => {
          const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
          const parts = await lastLines(backwards(text, lengths).newestFirst, count, 1_000);
          const expected = lines.slice(-count).join("");
          expect(textOf(parts)).toBe(expected);
          const [first] = parts;
          if (first?.kind === "output") expect(first.offset).toBe(text.length - expected.length);
        },
      ),
    ));

  it("are read no further than to the beginning of the first one", async () => {
    const { newestFirst, read } = backwards("a line\n".repeat(1_000), [70]);
    expect(textOf(await lastLines(newestFirst, 10, 1_000_000))).toBe("a line\n".repeat(10));
    expect(read.parts).toBe(2);
  });

  it("of a text without newlines are the end of it, no longer than the limit", async () => {
    const { newestFirst, read } = backwards("x".repeat(10_000), [100]);
    expect(textOf(await lastLines(newestFirst, 10, 1_050))).toBe("x".repeat(1_000));
    expect(read.parts).toBe(11);
  });

  it("have the gaps between them, and not those before", async () => {
    const newestFirst = (async function* () {
      yield part(30, "d\n");
      yield { kind: "gap", stream: "stdout", from: 20, to: 30 } as const;
      yield part(16, "b\nc\n");
      yield { kind: "gap", stream: "stdout", from: 2, to: 16 } as const;
      yield part(0, "a\n");
    })();
    expect(textOf(await lastLines(newestFirst, 2, 1_000))).toBe("c\n[20-30]d\n");
  });

  it("are nothing, and the place after the last byte, where none are asked for", async () => {
    const parts = await lastLines(backwards("a\nb", [1]).newestFirst, 0, 1_000);
    expect(parts).toEqual([part(3, "")]);
  });
});
