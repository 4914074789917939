import type { Report } from "./report.ts";
import type { DetailTable } from "./result.ts";
import { describeMachineLines, headings, toCells } from "./words.ts";

/** The report for a terminal. */
export function toText({ machine, results, tables, failures }: Report): string {
  const rows = [headings, ...results.map(toCells)].map((cells) => Object.values<string>({ ...cells }));
  return [
    "host-runner, beside the yardsticks of the same run",
    ...describeMachineLines(machine).map((line) => `  ${line}`),
    "",
    align(rows, [false, false, false, false, true, true, false]),
    ...tables.flatMap((table) => ["", table.title, alignTable(table)]),
    ...failures.map(({ row, problem }) => `\n${row} could not be measured: ${problem}`),
    "",
  ].join("\n");
}

function alignTable({ head, rows }: DetailTable): string {
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] === "number"));
  return align([head, ...rows.map((row) => row.map(String))], isNumber);
}

function align(rows: string[][], toTheRight: boolean[]): string {
  const widths = toTheRight.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          toTheRight[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
