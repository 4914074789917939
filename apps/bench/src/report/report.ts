import type { Machine } from "../machine.ts";
import type { DetailTable, Result } from "./result.ts";

/** All of one run: what `--json` writes, and what every other form is made from. */
export interface Report {
  machine: Machine;
  results: Result[];
  tables: DetailTable[];
  /** Rows that could not be measured. */
  failures: { row: string; problem: string }[];
}
