import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * FIFOs, as Node cannot make one: others make them, by the hundred. Opened at both ends and removed, a FIFO is a real pipe. Node's own pipes are socket pairs, which `echo >/dev/stderr` cannot open again.
 */
export interface FifoPool {
  /**
   * Hands `use` the path of a FIFO that nobody has had before, and resolves with what it returns. Rejects with what it
   * throws, or with what the system refuses.
   */
  take<T>(use: (path: string) => T): Promise<T>;
  /** Resolves when nothing is being made any more. */
  close(): Promise<void>;
}

const BATCH = 256;
const REFILL_BELOW = 64;

/**
 * Makes FIFOs, named by numbers from `first` on, in a folder that is there. Rejects with what the system refuses; none of
 * them is left then.
 */
export type MakeFifos = (first: number, count: number) => Promise<void>;

export function createFifoPool(folder: string, makeFifos: MakeFifos): FifoPool {
  const ready: string[] = [];
  let made = 0;
  let refilling: Promise<void> | null = null;
  let later: NodeJS.Immediate | undefined;
  return {
    take,
    close: async () => {
      clearImmediate(later);
      await refilling?.catch(() => {});
    },
  };

  async function take<T>(use: (path: string) => T): Promise<T> {
    try {
      return use(await next());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // Somebody has removed the folder, and the FIFOs that were ready with it.
      ready.length = 0;
      return use(await next());
    }
  }

  async function next(): Promise<string> {
    // Several may wait for the same batch.
    while (ready.length === 0) await refill();
    const path = ready.pop()!;
    // Only once the command that it is for has been started.
    if (ready.length < REFILL_BELOW) later ??= setImmediate(refillLater);
    return path;
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
    const first = made + 1;
    made += BATCH;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await makeFifos(first, BATCH);
    for (let number = first; number < first + BATCH; number++) ready.push(join(folder, String(number)));
  }
}

/** Makes FIFOs by mkfifo(1). */
export const makeFifosByProgram =
  (folder: string): MakeFifos =>
  async (first, count) => {
    const paths = Array.from({ length: count }, (_, index) => join(folder, String(first + index)));
    try {
      await runMkfifo(paths);
    } catch (error) {
      // Some may have been made before the disk was full.
      for (const path of paths) rmSync(path, { force: true });
      throw error;
    }
  };

/**
 * Runs mkfifo(1). Rejects with the system's error code where it cannot be started, or says that the disk is full. Not by
 * execa: where descriptors are short it lets the process's error event go unheard, which ends the worker.
 */
function runMkfifo(paths: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("mkfifo", ["-m", "600", ...paths], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.on("error", reject);
    child.stderr?.on("data", (text: Buffer) => {
      said += text.toString();
    });
    child.on("close", (exitCode) => {
      if (exitCode === 0) return resolve();
      // The first of its many lines says all.
      const [line = ""] = said.split("\n");
      const code = /No space left on device/.test(line) ? { code: "ENOSPC" } : {};
      reject(Object.assign(new Error(line || `mkfifo ended with ${exitCode}`), code));
    });
  });
}
