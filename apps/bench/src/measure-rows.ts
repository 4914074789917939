import { tmpdir } from "node:os";
import { type BenchOptions, type OpenBench, openBench } from "./bench.ts";
import { describeMachine, type Machine } from "./machine.ts";
import type { Report } from "./report/report.ts";
import { type DetailTable, toResult } from "./report/result.ts";
import type { Row } from "./row.ts";

interface MeasureOptions extends Pick<BenchOptions, "quick" | "path" | "tell"> {
  rows: readonly Row[];
  stop: AbortSignal;
}

/**
 * Measures row after row, each with processes of its own. A row that fails does not keep the others from it. Null
 * where it was stopped before the end; nothing runs any more then.
 */
export async function measureRows({ rows, quick, path, tell, stop }: MeasureOptions): Promise<Report | null> {
  const tables: DetailTable[] = [];
  const stopped = new Promise<never>((_, reject) => {
    stop.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
  });
  stopped.catch(() => {});
  const report: Report = { machine: await readMachine(), results: [], tables, failures: [] };
  for (const row of rows) {
    if (stop.aborted) return null;
    await measure(row);
  }
  return stop.aborted ? null : report;

  async function measure({ name, lines, run }: Row): Promise<void> {
    const bench = open(name);
    try {
      const samples = await Promise.race([run(bench), stopped]);
      for (const [key, line] of Object.entries(lines)) {
        report.results.push(toResult(name, line, samples[key]!));
      }
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

  function open(name: string): OpenBench {
    return openBench({
      ...{ quick, path, parentFolder: tmpdir() },
      tell: (progress) => tell(`${name}: ${progress}`),
      addTable: (table) => tables.push(table),
    });
  }
}
