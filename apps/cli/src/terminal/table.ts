import { createMeasure, type Measure } from "./measure.ts";

export interface Column {
  title: string;
  /** What it has to do with where the rest would not fit: a long text in it narrows it before others suffer. */
  usual?: number;
  /** How narrow it may become; as wide as its texts where it is absent. */
  min?: number;
  /** Left out where the rest is too wide. */
  optional?: boolean;
  align?: "right";
  /** Where it is cut when it is too long: the ends of ids tell them apart. */
  cut?: "middle";
}

export interface Cell {
  text: string;
  paint?: (text: string) => string;
}

interface TableOptions {
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  /** The terminal's. No line is wider. */
  width: number;
  paintTitle: (title: string) => string;
}

const GAP = "  ";

/** Lines of a table that fits: columns are narrowed from the last one on, then left out, then the first is cut. */
export async function layOutTable({ columns, rows, width, paintTitle }: TableOptions): Promise<string[]> {
  const texts = rows.flatMap((row) => row.map(({ text }) => text));
  const measure = await createMeasure(texts);
  const widths = fitColumns(columns, naturalWidths(columns, rows, measure), width);
  const line = (cells: readonly Cell[]) => {
    const shown = cells
      .map((cell, i) => ({
        ...cell,
        width: widths[i] ?? 0,
        align: columns[i]?.align,
        where: columns[i]?.cut,
      }))
      .filter((cell) => cell.width > 0);
    return shown
      .map(({ text, paint = (plain) => plain, width, align, where }, i) => {
        const cut = measure.truncate(text, width, where);
        const space = " ".repeat(width - measure.width(cut));
        if (align === "right") return space + paint(cut);
        // No space at the end of a line: a narrow terminal would wrap it.
        return paint(cut) + (i === shown.length - 1 ? "" : space);
      })
      .join(GAP)
      .trimEnd();
  };
  return [columns.map(({ title }) => ({ text: title, paint: paintTitle })), ...rows].map(line);
}

function naturalWidths(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width }: Measure,
): number[] {
  return columns.map(({ title }, i) => {
    const widest = rows.reduce((most, row) => Math.max(most, width(row[i]?.text ?? "")), 0);
    // A column without any text has nothing to show.
    return widest === 0 && rows.length > 0 ? 0 : Math.max(widest, title.length);
  });
}

/** Widths whose sum fits; 0 for a column that is left out. Pure. */
export function fitColumns(
  columns: readonly Column[],
  natural: readonly number[],
  available: number,
): number[] {
  const widths = [...natural];
  const overflow = () => {
    const shown = widths.filter((width) => width > 0);
    return shown.reduce((sum, width) => sum + width, 0) + GAP.length * (shown.length - 1) - available;
  };
  const narrow = (i: number, least: number) => {
    if (overflow() > 0) widths[i] = Math.max(Math.min(least, widths[i]!), widths[i]! - overflow());
  };
  const backwards = columns.map((column, i) => ({ ...column, i })).reverse();
  for (const [i, { usual }] of columns.entries()) if (usual !== undefined) narrow(i, usual);
  for (const { i, min } of backwards) if (min !== undefined) narrow(i, min);
  for (const { i, optional } of backwards) if (optional && overflow() > 0) widths[i] = 0;
  narrow(0, 1);
  return widths;
}
