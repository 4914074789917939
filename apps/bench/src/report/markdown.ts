import type { Report } from "./report.ts";
import type { DetailTable } from "./result.ts";
import { describeMachineLines, headings, toCells } from "./words.ts";

/** The report for docs/performance.md. */
export function toMarkdown({ machine, results, tables }: Report): string {
  const { spread, ...head } = headings;
  const rows = results.map(toCells).map(({ spread, ...cells }) => {
    const ratio = spread ? `${cells.ratio} (${spread})` : "";
    return Object.values({ ...cells, ratio, reached: cells.reached === "no" ? "**no**" : cells.reached });
  });
  return [
    ...describeMachineLines(machine).map((line) => `- ${line}`),
    "",
    toTable({ title: "", head: Object.values({ ...head, ratio: `${head.ratio} (${spread})` }), rows }),
    ...tables.flatMap((table) => ["", `### ${table.title}`, "", toTable(table)]),
  ].join("\n");
}

function toTable({ head, rows }: DetailTable): string {
  const isNumber = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"),
  );
  const toLine = (cells: (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    toLine(head),
    `|${isNumber.map((right) => (right ? "--:" : "---")).join("|")}|`,
    ...rows.map(toLine),
  ].join("\n");
}
