import type { Queue } from "bullmq";
import type { ApiClient } from "./create-client.ts";

/** The API takes more in one call; these are answered in time on a busy machine too. */
const BATCH = 200;

/** Submits through POST /tasks/batch. */
export async function submitMany(api: ApiClient, count: number, task: object): Promise<void> {
  for (const size of batches(count)) {
    const { tasks } = await api.call<{ tasks: { status: unknown }[] }>("POST", "/tasks/batch", {
      tasks: Array.from({ length: size }, () => task),
    });
    const refused = tasks.find(({ status }) => typeof status === "number");
    if (refused) throw new Error(`a task of a batch was refused: ${JSON.stringify(refused)}`);
  }
}

/** The same number of jobs with the same data, by BullMQ's own means. */
export async function addMany(queue: Queue, count: number, task: object): Promise<void> {
  for (const size of batches(count)) {
    await queue.addBulk(
      Array.from({ length: size }, () => {
        const task_id = crypto.randomUUID();
        return { name: "task", data: { task_id, ...task }, opts: { jobId: `task-${task_id}` } };
      }),
    );
  }
}

function batches(count: number): number[] {
  const full = Array.from({ length: Math.floor(count / BATCH) }, () => BATCH);
  return count % BATCH === 0 ? full : [...full, count % BATCH];
}
