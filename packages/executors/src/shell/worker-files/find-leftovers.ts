import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findOwnCgroup } from "../containment/cgroup.ts";
import { MEMORY, PREFIX } from "./worker-folder.ts";
import { parseWorkerName, type WorkerName } from "./worker-name.ts";
import { parseWorkerRecord, type WorkerRecord } from "./worker-record.ts";

/** What there is of one worker, dead or alive. */
export interface WorkerTraces {
  name: WorkerName;
  /** Null where there is none, or only a part of one. */
  record: WorkerRecord | null;
  /** Its folder under the state folder; null where there is none. */
  state: string | null;
  /** The folder of its pipes. */
  pipes: string | null;
  cgroup: string | null;
}

/**
 * Looks in the state folder, and where it is to look `everywhere` also where workers have something outside of it: the
 * state folder may have been thrown away. Another user's are none of ours.
 */
export function findTraces(stateDir: string, { everywhere }: { everywhere: boolean }): WorkerTraces[] {
  const found = new Map<string, WorkerTraces>();
  for (const [text, path] of list(stateDir, "")) {
    const traces = tracesOf(text);
    if (!traces) continue;
    const record = parseWorkerRecord(read(join(path, "worker")));
    Object.assign(traces, {
      record,
      state: path,
      pipes: record?.pipes ?? null,
      cgroup: record?.cgroup ?? null,
    });
  }
  if (!everywhere) return [...found.values()];
  for (const [text, path] of list(MEMORY, PREFIX)) Object.assign(tracesOf(text) ?? {}, { pipes: path });
  const ownCgroup = findOwnCgroup();
  for (const [text, path] of ownCgroup === null ? [] : list(ownCgroup, PREFIX)) {
    Object.assign(tracesOf(text) ?? {}, { cgroup: path });
  }
  return [...found.values()];

  function tracesOf(text: string): WorkerTraces | null {
    const name = parseWorkerName(text);
    if (!name) return null;
    const traces = found.get(text) ?? { name, record: null, state: null, pipes: null, cgroup: null };
    found.set(text, traces);
    return traces;
  }
}

const ownUid = process.getuid?.() ?? 0;

/** This user's folders in a folder whose names begin with the prefix: the rest of the name, and the path. */
function list(folder: string, prefix: string): [string, string][] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(prefix))
      .map((name): [string, string] => [name.slice(prefix.length), join(folder, name)])
      .filter(([, path]) => lstatSync(path, { throwIfNoEntry: false })?.uid === ownUid);
  } catch {
    return [];
  }
}

/** Empty where there is none: it may be removed at any moment. */
export function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
