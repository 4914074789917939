/** How texts fill a terminal's columns. */
export interface Measure {
  width(text: string): number;
  /** At most `columns` wide, with an ellipsis where something is missing. */
  truncate(text: string, columns: number): string;
}

/** Knows wide characters, where the texts have any: what knows them takes longer to load than all else of a list. */
export async function createMeasure(texts: Iterable<string>): Promise<Measure> {
  let isPlain = true;
  for (const text of texts) isPlain &&= /^[\x20-\x7e…]*$/.test(text);
  if (isPlain) return { width: (text) => text.length, truncate: (text, columns) => cut(text, columns, text) };
  const { default: width } = await import("string-width");
  const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return {
    width,
    truncate(text, columns) {
      if (width(text) <= columns) return text;
      let kept = "";
      let used = 1;
      for (const { segment } of graphemes.segment(text)) {
        used += width(segment);
        if (used > columns) break;
        kept += segment;
      }
      return columns < 1 ? "" : `${kept}…`;
    },
  };
}

function cut(text: string, columns: number, whole: string): string {
  if (whole.length <= columns) return whole;
  return columns < 1 ? "" : `${text.slice(0, columns - 1)}…`;
}
