import { readFileSync } from "node:fs";
import { isAlive, listPids, readStat } from "../src/shell/containment/proc.ts";
import { parseWorkerRecord } from "../src/shell/worker-files/worker-record.ts";

export interface KeeperProcess {
  kind: "helper" | "keeper";
  pid: number;
}

/** The living helpers and keepers of the worker whose folder this is, by what they say in their command lines. */
export function keeperProcessesOf(workerFolder: string): KeeperProcess[] {
  const record = parseWorkerRecord(read(`${workerFolder}/worker`));
  return record ? keeperProcessesIn(record.pipes) : [];
}

/** The same, by the folder of the worker's pipes. */
export function keeperProcessesIn(pipes: string): KeeperProcess[] {
  return listPids().flatMap((pid) => {
    const [, kind, folder] =
      /^host-runner (helper|keeper) ?\d* ?of ([^\0]*)/.exec(read(`/proc/${pid}/cmdline`)) ?? [];
    const stat = folder?.trim() === pipes ? readStat(pid) : null;
    return stat && isAlive(stat) ? [{ kind: kind as KeeperProcess["kind"], pid }] : [];
  });
}

/** The pid of the only helper. */
export function helperOf(workerFolder: string): number | null {
  return keeperProcessesOf(workerFolder).find(({ kind }) => kind === "helper")?.pid ?? null;
}

export function keepersOf(workerFolder: string): number[] {
  return keeperProcessesOf(workerFolder).flatMap(({ kind, pid }) => (kind === "keeper" ? pid : []));
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
