import { closeSync, existsSync, openSync, writeSync } from "node:fs";

/** Tells keepers that this worker goes on. */
export interface Heartbeat {
  /** From before the first command is started to the end of the last, it beats. */
  commandStarts(): void;
  commandEnded(): void;
  /** Makes the file again, where somebody has removed it. Throws what the system does. */
  restore(): void;
  close(): void;
}

/** A few of them may come late before it counts as silence. */
const BEATS_PER_SILENCE = 6;

/** Every write has the same length: a reader never meets half of one. */
const DIGITS = 20;

/**
 * Writes the time of the monotonic clock, in nanoseconds, into the file while commands run; never where `silentAfterMs`
 * is null.
 */
export function createHeartbeat(path: string, silentAfterMs: number | null): Heartbeat {
  // More than one where somebody has removed the file: older keepers still read the first.
  const files = [openSync(path, "w", 0o600)];
  let running = 0;
  let timer: NodeJS.Timeout | null = null;
  beat();
  return {
    commandStarts() {
      running += 1;
      if (silentAfterMs === null || timer) return;
      beat();
      timer = setInterval(tick, silentAfterMs / BEATS_PER_SILENCE).unref();
    },
    commandEnded() {
      // The next tick sees it: many short commands are no reason to write much.
      running -= 1;
    },
    restore() {
      if (existsSync(path)) return;
      files.push(openSync(path, "w", 0o600));
      beat();
    },
    close() {
      if (timer) clearInterval(timer);
      timer = null;
      for (const file of files.splice(0)) closeSync(file);
    },
  };

  function tick(): void {
    if (running > 0) {
      beat();
      return;
    }
    if (timer) clearInterval(timer);
    timer = null;
  }

  function beat(): void {
    const now = String(process.hrtime.bigint()).padStart(DIGITS, "0");
    for (const file of files) writeSync(file, now, 0);
  }
}
