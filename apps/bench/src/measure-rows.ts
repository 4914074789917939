import { tmpdir } from "node:os";
import { type Bench, type BenchOptions, type Ending, openBench } from "./bench.ts";
import { describeMachine, type Machine } from "./machine.ts";
import type { Report } from "./report/report.ts";
import { type DetailTable, toResult } from "./report/result.ts";
import type { Row } from "./row.ts";

interface MeasureOptions extends Pick<BenchOptions, "quick" | "path"> {
  rows: readonly Row[];
  tell: (progress: string) => void;
  /** Takes what ends everything at once, for an exit that comes before the end. */
  onSweep: (sweep: () => void) => void;
}

/** Measures row after row, each with processes of its own. A row that fails does not keep the others from it. */
export async function measureRows({ rows, quick, path, tell, onSweep }: MeasureOptions): Promise<Report> {
  const tables: DetailTable[] = [];
  const report: Report = { machine: await readMachine(), results: [], tables, failures: [] };
  for (const row of rows) await measure(row);
  return report;

  function open(name: string): Bench & Ending {
    const bench = openBench({
      ...{ quick, path, parentFolder: tmpdir() },
      tell: (progress) => tell(`${name}: ${progress}`),
      addTable: (table) => tables.push(table),
    });
    onSweep(bench.endNow);
    return bench;
  }

  async function measure({ name, lines, run }: Row): Promise<void> {
    const bench = open(name);
    try {
      const samples = await run(bench);
      for (const [key, line] of Object.entries(lines))
        report.results.push(toResult(name, line, samples[key]!));
    } catch (error) {
      const { stack, message } = error as Error;
      report.failures.push({ row: name, problem: stack ?? message });
    } finally {
      await bench.end();
    }
  }

  async function readMachine(): Promise<Machine> {
    const bench = open("redis");
    try {
      const { client } = await bench.redis();
      const info = await client.info("server");
      return describeMachine({ redisVersion: /^redis_version:(\S+)/m.exec(info)?.[1] ?? "unknown", quick });
    } finally {
      await bench.end();
    }
  }
}
