import { closeSync } from "node:fs";
import type { OutputStream } from "@host-runner/contracts";
import { toHostFault } from "../prepare/host-fault.ts";
import type { FifoPool, Pipe } from "./fifo-pool.ts";

/** The pipes of one command, and who has to close which end. */
export interface OutputPipes {
  /** What the command gets: closed here as soon as it has its own copies. */
  writeEnd(stream: OutputStream): number;
  closeWriteEnds(): void;
  /** Gives a read end away: closing it is then the receiver's. */
  takeReadEnd(stream: OutputStream): number;
  /** Closes whatever has not been closed or given away. Safe to call twice. */
  close(): void;
}

/** Throws a HostFault where the system has no more descriptors, process ids or space to give. */
export async function openOutputPipes(fifos: FifoPool): Promise<OutputPipes> {
  const open = new Set<number>();
  const pipes: Partial<Record<OutputStream, Pipe>> = {};
  try {
    for (const stream of ["stdout", "stderr"] as const) {
      const pipe = await fifos.open();
      pipes[stream] = pipe;
      open.add(pipe.readEnd).add(pipe.writeEnd);
    }
  } catch (error) {
    closeAll();
    throw toHostFault("cannot make a pipe for the command's output", error);
  }
  return {
    writeEnd: (stream) => pipes[stream]!.writeEnd,
    closeWriteEnds: () => close(pipes.stdout!.writeEnd, pipes.stderr!.writeEnd),
    takeReadEnd(stream) {
      open.delete(pipes[stream]!.readEnd);
      return pipes[stream]!.readEnd;
    },
    close: closeAll,
  };

  function closeAll(): void {
    close(...open);
  }

  function close(...descriptors: number[]): void {
    // Once and no more: the number may already be somebody else's.
    for (const descriptor of descriptors) if (open.delete(descriptor)) closeSync(descriptor);
  }
}
