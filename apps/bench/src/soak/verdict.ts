import type { SoakReport } from "./run-soak.ts";

/** Whether nothing grew too fast, and no call failed. */
export function isPassed({ growth, failures }: SoakReport): boolean {
  return failures === 0 && growth.every(({ isWithin }) => isWithin);
}

/** The report for people. */
export function toText(report: SoakReport): string {
  const { minutes, rate, warmUpMinutes, calls, failures, words, growth } = report;
  const rows = growth.map(({ name, first, last, perHour, limitPerHour, isWithin }) => [
    name.replace(/ bytes$/, ""),
    format(name, first),
    format(name, last),
    format(name, perHour),
    format(name, limitPerHour),
    isWithin ? "" : "too much",
  ]);
  const table = [["", "after warm-up", "at the end", "in an hour", "limit", ""], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
  return `${[
    `${minutes} minutes at ${rate} calls a second, the first ${round(warmUpMinutes)} of them as warm-up: ${calls} calls, ${failures} failed`,
    ...words.map((failure) => `  ${failure}`),
    "",
    ...lines.map((line) => line.trimEnd()),
    "",
    isPassed(report) ? "passed" : "not passed",
  ].join("\n")}\n`;
}

function format(name: string, value: number): string {
  return name.endsWith(" bytes") ? `${(value / 1_000_000).toFixed(2)} MB` : round(value);
}

const round = (value: number) => String(Math.round(value * 10) / 10);
