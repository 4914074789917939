import { closeSync, constants, openSync, rmSync } from "node:fs";
import type { OutputStream } from "@host-runner/contracts";
import { toHostFault } from "../prepare/host-fault.ts";
import type { FifoPool } from "./fifo-pool.ts";

/** The pipes of one command, open for reading. */
export interface OutputPipes {
  /** The FIFO that the command opens for writing. Whoever opens it removes it, and then says so. */
  path(stream: OutputStream): string;
  /** To be called once both paths are removed. */
  areOpened(): void;
  /** Gives a read end away: closing it is then the receiver's. */
  takeReadEnd(stream: OutputStream): number;
  /** Closes and removes whatever has not been given away or removed. Safe to call twice. */
  close(): void;
}

interface Pipe {
  path: string;
  /** Does not block. Null once it is given away or closed. */
  readEnd: number | null;
}

/** Throws a HostFault where the system has no more descriptors, process ids or space to give. */
export async function openOutputPipes(fifos: FifoPool): Promise<OutputPipes> {
  const pipes: Partial<Record<OutputStream, Pipe>> = {};
  let isOpened = false;
  try {
    pipes.stdout = await fifos.take(openReadEnd);
    pipes.stderr = await fifos.take(openReadEnd);
  } catch (error) {
    close();
    throw toHostFault("cannot make a pipe for the command's output", error);
  }
  return {
    path: (stream) => pipes[stream]!.path,
    areOpened() {
      isOpened = true;
    },
    takeReadEnd(stream) {
      const { readEnd } = pipes[stream]!;
      pipes[stream]!.readEnd = null;
      return readEnd!;
    },
    close,
  };

  function close(): void {
    for (const pipe of [pipes.stdout, pipes.stderr]) {
      if (!pipe) continue;
      // Once and no more: the number may already be somebody else's.
      if (pipe.readEnd !== null) closeSync(pipe.readEnd);
      pipe.readEnd = null;
      if (!isOpened) rmSync(pipe.path, { force: true });
    }
    isOpened = true;
  }
}

/** Before anybody opens the other end, which waits for this one. */
function openReadEnd(path: string): Pipe {
  try {
    return { path, readEnd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) };
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}
