import { readFileSync } from "node:fs";

/** What a command itself wrote down, whatever Redis says. */
export interface LedgerLine {
  what: "start" | "end";
  taskId: string;
  execution: number;
  attempt: number;
  pid: number;
  /** ms since the epoch. */
  at: number;
  /** Null for a start. */
  exitCode: number | null;
}

/** In the order of writing. */
export function parseLedger(text: string): LedgerLine[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [what, taskId = "", execution, attempt, pid, microseconds, exitCode] = line.split("\t");
      if ((what !== "start" && what !== "end") || exitCode === undefined) {
        throw new Error(`not a line of the ledger: ${line}`);
      }
      return {
        ...{ what, taskId, execution: Number(execution), attempt: Number(attempt), pid: Number(pid) },
        at: Number(microseconds) / 1000,
        exitCode: what === "end" ? Number(exitCode) : null,
      };
    });
}

export function readLedger(path: string): LedgerLine[] {
  try {
    return parseLedger(readFileSync(path, "utf8"));
  } catch (error) {
    // No command has started.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
