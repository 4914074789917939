/** Who a worker is, for whoever finds its folder later. */
export interface WorkerRecord {
  workerId: string;
  pid: number;
  /** Null where the system does not tell. */
  startTime: string | null;
  /** The boot and the pid namespace that `pid` is of; null where the system does not tell. */
  pidScope: string | null;
  gracePeriodMs: number;
  /** The folder of its pipes. */
  pipes: string;
  cgroup: string | null;
}

export const formatWorkerRecord = (record: WorkerRecord): string => JSON.stringify(record);

/** Null for anything that is no whole record: its worker died while it wrote, and had not started anything. */
export function parseWorkerRecord(text: string): WorkerRecord | null {
  try {
    const record: unknown = JSON.parse(text);
    return isWorkerRecord(record) ? record : null;
  } catch {
    return null;
  }
}

function isWorkerRecord(value: unknown): value is WorkerRecord {
  const record = value as Partial<Record<keyof WorkerRecord, unknown>> | null;
  const isTextOrNull = (field: unknown) => field === null || typeof field === "string";
  return (
    typeof record === "object" &&
    record !== null &&
    typeof record.workerId === "string" &&
    typeof record.pid === "number" &&
    typeof record.gracePeriodMs === "number" &&
    typeof record.pipes === "string" &&
    isTextOrNull(record.startTime) &&
    isTextOrNull(record.pidScope) &&
    isTextOrNull(record.cgroup)
  );
}
