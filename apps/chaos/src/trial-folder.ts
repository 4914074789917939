import { mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** Where everything of one trial is: what its processes need, and the evidence. */
export interface TrialFolder {
  path: string;
  /** The queue's name. */
  queue: string;
  redis: string;
  home: string;
  /** The TMPDIR of all processes of the trial, and of nobody else: they are found by it. */
  temp: string;
  ledger: string;
  /** What the receiver of the callbacks has had. */
  receipts: string;
  /** The way in which it answers while it is spoilt. */
  spoilt: string;
  log(name: string): string;
  /** What belongs to the host of a worker. */
  host(name: string): string;
  /** By how much a member's clock is off. */
  clock(name: string): string;
  /** Evidence, a JSON object a line. */
  lines(name: "answers" | "story" | "processes" | "probes"): string;
  verdict: string;
}

/** Makes a folder of its own in `parent`. */
export function makeTrialFolder(parent: string): TrialFolder {
  mkdirSync(parent, { recursive: true });
  const stamp = new Date().toISOString().replaceAll(/[-:]|\..*/g, "");
  const path = mkdtempSync(join(realpathSync(parent), `${stamp}-`));
  const inside = (name: string) => join(path, name);
  const folder: TrialFolder = {
    path,
    queue: "chaos",
    redis: inside("redis"),
    home: inside("home"),
    temp: inside("tmp"),
    ledger: inside("ledger.tsv"),
    receipts: inside("receipts.jsonl"),
    spoilt: inside("spoilt"),
    host: (name) => join(path, "hosts", name),
    clock: (name) => inside(`${name}.clock`),
    log: (name) => inside(`${name}.log`),
    lines: (name) => inside(`${name}.jsonl`),
    verdict: inside("verdict.json"),
  };
  mkdirSync(folder.home, { recursive: true });
  mkdirSync(folder.temp, { recursive: true });
  return folder;
}
