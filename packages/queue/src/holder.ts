import type { ExecutorName, WorkerIdentity } from "@host-runner/contracts";

/** Who takes tasks: the worker, and the executor that it uses for a task that names none. */
export interface Holder extends WorkerIdentity {
  executor: ExecutorName;
}

/** How a worker signs the records that it takes (BullMQ's `pb`, "processed by"). Readable in the dashboard. */
export function formatHolder({ id, host, pid, executor }: Holder): string {
  return `${executor} ${id} ${pid} ${host}`;
}

export function parseHolder(text: string): Holder {
  const [executor = "", id = "", pid = "", ...host] = text.split(" ");
  return { executor: executor as ExecutorName, id, pid: Number(pid), host: host.join(" ") };
}
