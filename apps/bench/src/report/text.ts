import type { Report } from "./report.ts";
import type { DetailTable } from "./result.ts";
import { type Cells, describeMachineLines, headings, toCells } from "./words.ts";

/** The report for a terminal. */
export function toText({ machine, results, tables, failures }: Report): string {
  return [
    "host-runner, beside the yardsticks of the same run",
    ...describeMachineLines(machine).map((line) => `  ${line}`),
    "",
    align([headings, ...results.map(toCells)].flatMap(toLines), [
      false,
      false,
      false,
      false,
      true,
      true,
      false,
    ]),
    ...tables.flatMap((table) => ["", table.title, alignTable(table)]),
    ...failures.map(({ row, problem }) => `\n${row} could not be measured: ${problem}`),
    "",
  ].join("\n");
}

/** What it is compared with stands below it, and not again as long as it stays the same. */
function toLines({ against, ...cells }: Cells, index: number, all: Cells[]): string[][] {
  const line = Object.values<string>(cells);
  if (against === "" || against === all[index - 1]?.against) return [line];
  return [line, [...line.slice(1).map(() => ""), `  / ${against}`]];
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
