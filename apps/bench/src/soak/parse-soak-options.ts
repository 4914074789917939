import { Command, InvalidArgumentError } from "commander";

export interface SoakCommand {
  minutes: number;
  rate: number;
  /** Where the report goes as JSON; "-" is stdout, which then has nothing else. */
  json?: string;
  snapshots?: string;
}

/** Reads the command line; `--help` and mistakes end the process, as commander does it. */
export function parseSoakOptions(argv: readonly string[]): SoakCommand {
  return new Command("soak")
    .description(
      "Puts a load of all kinds of calls on an API and a worker, and measures whether memory, descriptors and keys grow. " +
        "Linux only. Exit code 1: something grew too fast, or a call failed. What grows in less than an hour is mostly noise.",
    )
    .option("--minutes <number>", "how long it takes", parsePositive, 60)
    .option("--rate <number>", "calls a second", parsePositive, 60)
    .option("--json <file>", "the report with all samples; - writes it to stdout, in the table's place")
    .option("--snapshots <folder>", "heap snapshots of both programs, after the warm-up and at the end")
    .parse([...argv])
    .opts<SoakCommand>();
}

function parsePositive(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError("It has to be a number above 0.");
}
