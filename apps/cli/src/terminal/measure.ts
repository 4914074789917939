/** How texts fill a terminal's columns. */
export interface Measure {
  width(text: string): number;
  /** At most `columns` wide, with an ellipsis where something is missing: at the end, or in the middle. */
  truncate(text: string, columns: number, where?: "end" | "middle"): string;
}

/** Knows wide characters, where the texts have any: what knows them takes longer to load than all else of a list. */
export async function createMeasure(texts: Iterable<string>): Promise<Measure> {
  let isPlain = true;
  for (const text of texts) isPlain &&= /^[\x20-\x7e]*$/.test(text);
  if (isPlain)
    return measureBy(
      (text) => text.length,
      (text) => [...text],
    );
  const { default: width } = await import("string-width");
  const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return measureBy(width, (text) => Array.from(graphemes.segment(text), ({ segment }) => segment));
}

function measureBy(width: (text: string) => number, split: (text: string) => string[]): Measure {
  return {
    width,
    truncate(text, columns, where = "end") {
      if (width(text) <= columns) return text;
      if (columns < 1) return "";
      const parts = split(text);
      const room = columns - 1;
      const end = where === "end" ? [] : takeWhileFits(parts.toReversed(), Math.floor(room / 2)).reverse();
      const begin = takeWhileFits(parts, room - width(end.join("")));
      return `${begin.join("")}…${end.join("")}`;
    },
  };

  function takeWhileFits(parts: readonly string[], columns: number): string[] {
    let used = 0;
    const count = parts.findIndex((part) => {
      used += width(part);
      return used > columns;
    });
    return parts.slice(0, count);
  }
}
