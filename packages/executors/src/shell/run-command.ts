import type { ExecutionResult, OutputSink } from "../executor.ts";
import type { StopRequest } from "../stop-request.ts";
import type { Command, CommandEnd } from "./launch/launcher.ts";
import type { OutputPipes } from "./output/output-pipes.ts";
import { createOutputReader } from "./output/output-reader.ts";
import type { ShellRuntime } from "./shell-runtime.ts";

interface RunCommandOptions {
  pipes: OutputPipes;
  sink: OutputSink;
  stop: StopRequest;
  mark: string;
  runtime: ShellRuntime;
}

/**
 * Runs one command: starts it, hands its output on, and resolves when it has ended, whatever it started is gone, and
 * the last byte is taken.
 */
export async function runCommand(
  command: Command,
  { pipes, sink, stop, mark, runtime }: RunCommandOptions,
): Promise<ExecutionResult> {
  const launched = runtime.launcher.launch(command, { pipes, mark });
  const readers = (["stdout", "stderr"] as const).map((stream) =>
    createOutputReader({ stream, readEnd: pipes.takeReadEnd(stream), sink, buffers: runtime.buffers }),
  );
  try {
    await Promise.race([launched.ended, stop.requested, ...readers.map(({ sinkFailed }) => sinkFailed)]);
    launched.stop();
    const { exit, endedBy, survivors } = await launched.ended;
    // Only now: until its writers are gone there may be more, and those that trap a stop signal write about it.
    for (const reader of readers) await reader.drain();
    return { exit, stopped: explainStop(endedBy, stop), survivors };
  } finally {
    for (const reader of readers) reader.close();
  }
}

/** A stop that comes after the command's own end has stopped nothing. */
function explainStop(endedBy: CommandEnd["endedBy"], stop: StopRequest): ExecutionResult["stopped"] {
  if (endedBy === "itself") return null;
  // While this worker was silent the task may have become another worker's.
  return endedBy === "silence" ? "lease_lost" : stop.reason;
}
