import { closeSync, constants, mkdirSync, openSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type ExecaError, execa } from "execa";

/** Both ends of a pipe. */
export interface Pipe {
  /** Does not block. */
  readEnd: number;
  /** Blocks, as a command expects of its output. */
  writeEnd: number;
}

/**
 * Real pipes for commands. Node's own are socket pairs, which `echo >/dev/stderr` cannot open again. A FIFO that is
 * opened at both ends and unlinked is one; it takes a program to make it, which makes them by the hundred.
 */
export interface FifoPool {
  /** A pipe that nobody has had before and nobody else can find. Throws what open(2) does. */
  open(): Promise<Pipe>;
  /** Resolves when nothing is being made any more. */
  close(): Promise<void>;
}

const BATCH = 256;
const REFILL_BELOW = 64;

export function createFifoPool(folder: string): FifoPool {
  const ready: string[] = [];
  let made = 0;
  let refilling: Promise<void> | null = null;
  let later: NodeJS.Immediate | undefined;
  return {
    open,
    close: async () => {
      clearImmediate(later);
      await refilling?.catch(() => {});
    },
  };

  async function open(): Promise<Pipe> {
    try {
      return await openNext();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // Somebody has removed the folder, and the pipes that were ready with it.
      ready.length = 0;
      return openNext();
    }
  }

  async function openNext(): Promise<Pipe> {
    // Several may wait for the same batch.
    while (ready.length === 0) await refill();
    const path = ready.pop()!;
    // Only once the command of this pipe has been started: starting a program takes milliseconds.
    if (ready.length < REFILL_BELOW) later ??= setImmediate(refillLater);
    return openAndUnlink(path);
  }

  function refillLater(): void {
    later = undefined;
    refill().catch(() => {});
  }

  function refill(): Promise<void> {
    refilling ??= make().finally(() => {
      refilling = null;
    });
    return refilling;
  }

  async function make(): Promise<void> {
    const paths = Array.from({ length: BATCH }, () => join(folder, String(++made)));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      await execa("mkfifo", ["-m", "600", ...paths], { stdin: "ignore" });
    } catch (error) {
      // Some may have been made before the disk was full.
      for (const path of paths) rmSync(path, { force: true });
      throw explain(error as ExecaError);
    }
    ready.push(...paths);
  }
}

/** mkfifo tells of a full disk in words only, and the first of its many lines says all. */
function explain(error: ExecaError): Error {
  if (error.code !== undefined) return Object.assign(new Error(error.shortMessage), { code: error.code });
  const [line = error.shortMessage] = String(error.stderr ?? "").split("\n");
  const code = /No space left on device/.test(line) ? { code: "ENOSPC" } : {};
  return Object.assign(new Error(line), code);
}

function openAndUnlink(path: string): Pipe {
  try {
    // The reader first: opening the other end waits for it.
    const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return { readEnd, writeEnd: openSync(path, constants.O_WRONLY) };
    } catch (error) {
      closeSync(readEnd);
      throw error;
    }
  } finally {
    unlinkSync(path);
  }
}
