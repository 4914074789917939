import { closeSync, readSync } from "node:fs";
import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import type { OutputStream } from "@host-runner/contracts";
import type { OutputSink } from "../../executor.ts";
import type { BufferPool } from "./buffer-pool.ts";

/** Reads one stream of a command as it comes, and no faster than the sink takes it. */
export interface OutputReader {
  /** Resolves, never rejects, when the sink has failed; with what it failed. */
  readonly sinkFailed: Promise<unknown>;
  /**
   * Hands on what is still in the pipe, and no more: whoever else holds it open delays nothing. To be called once
   * all writers are gone or given up. Rejects where the sink does.
   */
  drain(): Promise<void>;
  /** Closes the pipe. */
  close(): void;
}

interface OutputReaderOptions {
  stream: OutputStream;
  readEnd: number;
  sink: OutputSink;
  buffers: BufferPool;
}

/** The most that a pipe holds on Linux, fs.pipe-max-size: an escaped process that writes on cannot keep drain() busy. */
const MAX_PIPE_BYTES = 1024 * 1024;

/**
 * What a command prints waits in the pipe for so long before anybody listens. Most short commands have ended by then,
 * and reading what they left costs a tenth of waiting for it.
 */
const LISTEN_AFTER_MS = 15;

export function createOutputReader({ stream, readEnd, sink, buffers }: OutputReaderOptions): OutputReader {
  const buffer = buffers.take();
  let offset = 0;
  /** The chunk that the sink has not yet taken. Rejected once the sink has failed. */
  let pending: Promise<void> | null = null;
  let ended = false;
  let draining = false;
  let reportFailure: (cause: unknown) => void;
  const sinkFailed = new Promise<unknown>((resolve) => {
    reportFailure = resolve;
  });

  let socket: Socket | null = null;
  const timer = setTimeout(listen, LISTEN_AFTER_MS);
  return { sinkFailed, drain, close };

  function listen(): void {
    // With `onread` every chunk lands in the same buffer: no allocation, whatever is printed.
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      fd: readEnd,
      readable: true,
      writable: false,
      onread: { buffer, callback: onRead },
    };
    socket = new Socket(options);
    socket.on("end", () => {
      ended = true;
    });
    // There is nothing to be done about a pipe that cannot be read; what could be is in the result.
    socket.on("error", () => {
      ended = true;
    });
    socket.resume();
  }

  /** False pauses the socket, and with it, when the pipe is full, the command. */
  function onRead(bytes: number): boolean {
    hand(bytes);
    if (!pending) return true;
    pending.then(() => {
      if (!draining) socket?.resume();
    }, reportFailure);
    return false;
  }

  function hand(bytes: number): void {
    const at = offset;
    offset += bytes;
    try {
      const taken = sink.write(stream, at, buffer.subarray(0, bytes));
      if (taken) {
        pending = taken.then(() => {
          pending = null;
        });
      }
    } catch (error) {
      pending = Promise.reject(error);
    }
  }

  async function drain(): Promise<void> {
    draining = true;
    clearTimeout(timer);
    socket?.pause();
    for (let left = MAX_PIPE_BYTES; ; ) {
      if (pending) await pending;
      if (ended || socket?.destroyed || left <= 0) return;
      const bytes = readNow();
      if (bytes === 0) return;
      left -= bytes;
      hand(bytes);
    }
  }

  /** What is in the pipe now; 0 where it is empty, whether or not anybody could still write. */
  function readNow(): number {
    try {
      return readSync(readEnd, buffer, 0, buffer.length, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      throw error;
    }
  }

  function close(): void {
    clearTimeout(timer);
    if (socket) socket.destroy();
    else closeSync(readEnd);
    // A sink that still holds on to the chunk would find the next command's output in it.
    if (!pending) buffers.give(buffer);
  }
}
