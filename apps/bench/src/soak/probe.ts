/** Loaded into a member before its program: it answers messages with the state of the member's memory. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { writeHeapSnapshot } from "node:v8";

/** What the soak asks a member. */
export type Question = { ask: "memory" } | { ask: "snapshot"; file: string };

/** Bytes after full garbage collections. */
export interface MemoryAnswer {
  heapBytes: number;
  /** Outside of V8's heap: buffers and the like. */
  externalBytes: number;
}

process.on("message", async (question: Question) => {
  if (question.ask === "memory") process.send?.(await measureMemory());
  else if (question.ask === "snapshot") process.send?.(writeHeapSnapshot(question.file));
});

async function measureMemory(): Promise<MemoryAnswer> {
  // The first one queues finalizers, whose work the second one frees.
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await nextTurn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return { heapBytes: heapUsed, externalBytes: external };
}
