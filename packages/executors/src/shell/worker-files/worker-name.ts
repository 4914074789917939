/**
 * A worker's key, and which process it is. All that a worker makes outside of its own memory has this name, so that
 * others can tell whether its worker lives, even where no record of it is left.
 */
export interface WorkerName {
  /** Random: 24 hexadecimal digits. */
  key: string;
  /** Null where the system does not tell start times. */
  process: { pid: number; startTime: string; pidNamespace: string } | null;
}

const pattern = /^([0-9a-f]{24})(?:\.(\d+)\.(\d+)\.(\d+))?$/;

export function formatWorkerName({ key, process }: WorkerName): string {
  return process ? [key, process.pid, process.startTime, process.pidNamespace].join(".") : key;
}

/** Null for a name that no worker has. */
export function parseWorkerName(name: string): WorkerName | null {
  const [, key, pid, startTime, pidNamespace] = pattern.exec(name) ?? [];
  if (key === undefined) return null;
  if (pid === undefined || startTime === undefined || pidNamespace === undefined)
    return { key, process: null };
  return { key, process: { pid: Number(pid), startTime, pidNamespace } };
}
