import { Command, InvalidArgumentError, Option } from "commander";
import type { Row } from "./row.ts";

export interface BenchCommand {
  quick: boolean;
  rows: readonly Row[];
  /** Where the report goes as JSON; "-" is stdout, which then has nothing else. */
  json?: string;
  svg?: string;
  /** Whether the numbers and the plot of docs/ are written anew. */
  docs: boolean;
  /** A report of an earlier run, to be told again instead of measuring. */
  from?: string;
}

/** Reads the command line; `--help` and mistakes end the process, as commander does it. */
export function parseOptions(argv: readonly string[], allRows: readonly Row[]): BenchCommand {
  const names = allRows.map(({ name }) => name);
  const program = new Command("bench")
    .description(
      "Measures what host-runner costs, round by round beside the shortest good program that does the same job. " +
        "Linux only. Exit code 1: something could not be measured.",
    )
    .option("--quick", "few and short rounds: about a minute, for a look after a change", false)
    .addOption(
      new Option("--only <rows>", `some rows, separated by commas: ${names.join(", ")}`)
        .argParser(parseRows)
        .default(allRows, "all"),
    )
    .option("--json <file>", "the report with all samples; - writes it to stdout, in the table's place")
    .option("--svg <file>", "a plot")
    .addOption(
      new Option("--docs", "writes the numbers into docs/performance.md, and docs/performance.svg")
        .default(false)
        .conflicts(["quick", "only"]),
    )
    .addOption(
      new Option(
        "--from <file>",
        "tells the report of an earlier --json again, and measures nothing",
      ).conflicts(["quick", "only"]),
    )
    .parse([...argv]);
  const { only, ...options } = program.opts<Omit<BenchCommand, "rows"> & { only: readonly Row[] }>();
  return { ...options, rows: only };

  function parseRows(text: string): Row[] {
    return text.split(",").map((name) => {
      const row = allRows.find((known) => known.name === name.trim());
      if (row) return row;
      throw new InvalidArgumentError(`There is no row "${name}"; there are ${names.join(", ")}.`);
    });
  }
}
