import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { Exit } from "@host-runner/contracts";
import type { ExecutionResult, OutputSink } from "../executor.ts";
import type { StopRequest } from "../stop-request.ts";
import type { OutputPipes } from "./output/output-pipes.ts";
import { createOutputReader } from "./output/output-reader.ts";
import { toHostFault } from "./prepare/host-fault.ts";
import type { ShellRuntime } from "./shell-runtime.ts";
import { describeSpawnFailure, isHostFault } from "./spawn/describe-spawn-failure.ts";
import { type Command, spawnCommand } from "./spawn/spawn-command.ts";
import { stopTree } from "./stop/stop-tree.ts";

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
export async function runCommand(command: Command, options: RunCommandOptions): Promise<ExecutionResult> {
  const { runtime } = options;
  runtime.commandStarts();
  try {
    return await spawnAndFollow(command, options);
  } finally {
    runtime.commandEnded();
  }
}

async function spawnAndFollow(
  command: Command,
  { pipes, sink, stop, mark, runtime }: RunCommandOptions,
): Promise<ExecutionResult> {
  const startedAtMs = performance.now();
  const place = reservePlace(runtime, mark);
  const spawned = spawnCommand(command, {
    stdout: pipes.writeEnd("stdout"),
    stderr: pipes.writeEnd("stderr"),
  });
  if (spawned.pid === undefined) {
    place.cancel();
    const exit = explainRefusal(await spawned.errorCode, command);
    return { exit, stopped: stop.reason, survivors: [] };
  }
  // At once: processes that it forks before are found by their environment alone.
  const contained = place.contain(spawned.pid);
  pipes.closeWriteEnds();
  const readers = (["stdout", "stderr"] as const).map((stream) =>
    createOutputReader({ stream, readEnd: pipes.takeReadEnd(stream), sink, buffers: runtime.buffers }),
  );
  let exit: Exit | null = null;
  const leaderExited = spawned.exited.then((how) => {
    exit = how;
  });
  try {
    await Promise.race([leaderExited, stop.requested, ...readers.map(({ sinkFailed }) => sinkFailed)]);
    // A wish that comes after the command's own end has stopped nothing. Where the guard has stopped it, the task
    // may be somebody else's by now.
    const stopped =
      exit === null ? stop.reason : runtime.hasGuardIntervened(startedAtMs) ? "lease_lost" : null;
    const survivors = await stopTree(contained.tree, {
      ...runtime.stopTimes,
      leader: { exited: leaderExited, hasExited: () => exit !== null },
    });
    if (survivors.length === 0) await leaderExited;
    // Only now: until its writers are gone there may be more, and those that trap SIGTERM write about it.
    for (const reader of readers) await reader.drain();
    // Only what SIGKILL could not end has no exit to tell of.
    return { exit: exit ?? { kind: "signaled", signal: "SIGKILL" }, stopped, survivors };
  } finally {
    for (const reader of readers) reader.close();
    contained.release();
  }
}

function reservePlace(runtime: ShellRuntime, mark: string) {
  try {
    return runtime.reserve(mark);
  } catch (error) {
    throw toHostFault("cannot prepare a place for a command", error);
  }
}

/** Whose fault it is that the command could not be spawned: its own, or the host's. */
function explainRefusal(code: string, command: Command): Exit {
  const message = describeSpawnFailure(code, command);
  // Also said of a working directory that was removed a moment ago, which a relative path depends on as well.
  const isOfWorkspace = command.file.includes("/") && !isAbsolute(command.file);
  const hasVanished = code === "ENOENT" && !isOfWorkspace && existsSync(command.workingDirectory);
  if (isHostFault(code) || hasVanished) return { kind: "not-started", hostFault: message };
  return { kind: "spawn-failed", message };
}
