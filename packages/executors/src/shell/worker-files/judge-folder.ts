import type { WorkerName } from "./worker-name.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** What is to be done about what a worker left behind. */
export type Verdict =
  /** Its worker lives, or it cannot be told from here: it is not ours to touch. */
  | "leave"
  /** Its worker is dead, and its processes may live. */
  | "sweep"
  /** Nothing of it can be running any more. */
  | "remove";

interface Evidence {
  name: WorkerName;
  /** Null where there is none, or only a part of one. */
  record: Pick<WorkerRecord, "startTime" | "pidScope"> | null;
  /** Of this process: "boot/namespace". */
  pidScope: string | null;
  /** The start time of the process that has the worker's pid now; null where there is none. */
  startTimeNow: string | null;
}

/** Pure. */
export function judgeFolder({ name, record, pidScope, startTimeNow }: Evidence): Verdict {
  // Without start times a pid that is in use cannot be told from one that is in use again.
  if (pidScope === null) return "leave";
  const [bootNow, namespaceNow] = pidScope.split("/");
  if (record === null) {
    // A worker that died before it wrote who it is: its name tells.
    if (name.process === null || name.process.pidNamespace !== namespaceNow) return "leave";
    return startTimeNow === name.process.startTime ? "leave" : "sweep";
  }
  if (record.pidScope === null) return "leave";
  const [boot, namespace] = record.pidScope.split("/");
  if (boot !== bootNow) return "remove";
  // Of another container that shares the folder: its pids mean other processes here.
  if (namespace !== namespaceNow) return "leave";
  return startTimeNow === record.startTime ? "leave" : "sweep";
}
