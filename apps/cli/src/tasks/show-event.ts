import type { TaskEvent } from "@host-runner/client";
import type { Context } from "../context.ts";

/** Shows what a task wrote, each stream on its own; what is missing is told. */
export async function showOutput(context: Context, event: TaskEvent): Promise<void> {
  const { out, err } = context;
  if (event.type === "output") {
    context.progress.clear();
    await (event.stream === "stderr" ? err : out).writeOutput(event.text);
  }
  if (event.type === "gap") {
    // A sequence does not go on beyond a gap.
    await (event.stream === "stderr" ? err : out).endOutput();
    context.note(`host-runner: ${event.to - event.from} bytes of ${event.stream} are not kept`);
  }
}
