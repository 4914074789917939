/**
 * Which BullMQ job carries which execution of a task. Task ids are the callers' and may be anything: as job
 * ids, "completed" or "meta" would be keys of the queue's own, "5" and "a:b" are refused.
 */
export interface ExecutionRef {
  taskId: string;
  execution: number;
}

const PLAIN = /^[A-Za-z0-9_.-]*$/;

/** Readable where it can be: plain characters stay, every other byte of the UTF-8 text becomes ~XX. */
export function encodeTaskId(taskId: string): string {
  if (PLAIN.test(taskId)) return taskId;
  let encoded = "";
  for (const byte of Buffer.from(taskId)) {
    const character = String.fromCharCode(byte);
    encoded += PLAIN.test(character) ? character : `~${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

/** The prefix keeps it apart from the queue's own keys, "@" cannot be part of an encoded id. */
export function jobIdOf({ taskId, execution }: ExecutionRef): string {
  return `task-${encodeTaskId(taskId)}@${execution}`;
}

/** What a job id is made of. */
export function parseJobId(jobId: string): { encodedId: string; execution: number } {
  const at = jobId.lastIndexOf("@");
  return { encodedId: jobId.slice("task-".length, at), execution: Number(jobId.slice(at + 1)) };
}
