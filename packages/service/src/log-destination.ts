import { write } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** What may wait for a slow reader of the log; beyond it lines are dropped rather than memory used up. */
const MAX_UNREAD_CHARACTERS = 16 * 1024 * 1024;
/** A reader that takes nothing at the moment is tried again after this time. */
const RETRY_MS = 50;
const DRAIN_WITHIN_MS = 500;
/** Between two writes: a busy process writes a hundred times a second, and not each line by itself. */
const BETWEEN_WRITES_MS = 10;

export interface LogDestination {
  write(line: string): void;
  /** Resolves when all is written, or nobody reads it. For a process that exits next. */
  drain(): Promise<void>;
}

/**
 * Writes to a pipe or file without ever blocking or ending the process: a reader that is slow makes lines wait,
 * one that is gone makes them vanish. (Pino's own destination blocks when it is synchronous; when it is not, it
 * tries for ever to flush into a closed pipe.)
 */
export function createLogDestination(fd: number): LogDestination {
  let waiting: string[] = [];
  let waitingCharacters = 0;
  let dropped = 0;
  let isGone = false;
  let writing: Promise<void> | undefined;
  let isDraining = false;
  let endPause = () => {};
  return {
    write(line) {
      if (isGone) return;
      if (waitingCharacters > MAX_UNREAD_CHARACTERS) {
        dropped += 1;
        return;
      }
      waiting.push(line);
      waitingCharacters += line.length;
      writing ??= writeAll();
    },
    async drain() {
      isDraining = true;
      endPause();
      if (writing) await Promise.race([writing, delay(DRAIN_WITHIN_MS)]);
    },
  };

  async function writeAll(): Promise<void> {
    while (waiting.length > 0 && !isGone) {
      let rest = takeWaiting();
      while (rest.length > 0 && !isGone) rest = await writeSome(rest);
      if (!isDraining) await pauseBetweenWrites();
    }
    writing = undefined;
  }

  function pauseBetweenWrites(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, BETWEEN_WRITES_MS);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function takeWaiting(): Buffer {
    const lost =
      dropped > 0 ? [`{"level":"warn","msg":"${dropped} log lines dropped: nobody read them"}\n`] : [];
    const text = [...waiting, ...lost].join("");
    waiting = [];
    waitingCharacters = 0;
    dropped = 0;
    return Buffer.from(text);
  }

  /** Resolves to what is not written yet. */
  function writeSome(rest: Buffer): Promise<Buffer> {
    return new Promise((resolve) => {
      write(fd, rest, (error, written) => {
        if (error === null) return resolve(rest.subarray(written));
        if (error.code === "EAGAIN") return void setTimeout(resolve, RETRY_MS, rest);
        isGone = true;
        resolve(rest);
      });
    });
  }
}
