import type { WorkerRecord } from "./worker-record.ts";

/** What is to be done about a folder found in the state folder. */
export type Verdict =
  /** Its worker lives, or it cannot be told from here: it is not ours to touch. */
  | "leave"
  /** Its worker is dead, and its processes may live. */
  | "sweep"
  /** Nothing of it can be running any more. */
  | "remove";

interface Evidence {
  record: WorkerRecord | null;
  /** Of this process. */
  pidScope: string | null;
  /** The start time of the process that has the record's pid now; null where there is none. */
  startTimeNow: string | null;
}

/** Pure. `pidScope` is "boot/namespace". */
export function judgeFolder({ record, pidScope, startTimeNow }: Evidence): Verdict {
  if (record === null) return "leave";
  // Without start times a pid that is in use cannot be told from one that is in use again.
  if (record.pidScope === null || pidScope === null) return "leave";
  const [boot, namespace] = record.pidScope.split("/");
  const [bootNow, namespaceNow] = pidScope.split("/");
  if (boot !== bootNow) return "remove";
  // Of another container that shares the folder: its pids mean other processes here.
  if (namespace !== namespaceNow) return "leave";
  return startTimeNow === record.startTime ? "leave" : "sweep";
}
