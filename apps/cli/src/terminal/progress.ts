import type { Stream } from "./streams.ts";

/** One line on stderr that tells how far it is, and leaves nothing behind. */
export interface Progress {
  /** Replaces what it says. `text` has to be clean. */
  show(text: string): void;
  /** Takes the line away, before something else is written. */
  clear(): void;
}

const CLEAR_LINE = "\r\u001b[K";

/** More often than this a terminal over a slow line would only show progress. */
const EVERY_MS = 80;

export function createProgress(err: Stream, { isWanted }: { isWanted: boolean }): Progress {
  if (!isWanted || !err.isTerminal) return { show() {}, clear() {} };
  let isShown = false;
  let shownAt = 0;
  return {
    show(text) {
      const now = performance.now();
      if (isShown && now - shownAt < EVERY_MS) return;
      isShown = true;
      shownAt = now;
      // The last column stays free: some terminals wrap when it is written.
      err.write(`${CLEAR_LINE}${err.paint("dim", text.slice(0, err.columns() - 1))}`);
    },
    clear() {
      if (isShown) err.write(CLEAR_LINE);
      isShown = false;
    },
  };
}

const BAR_COLUMNS = 24;

/** `[########----------------]  333/1000`. Pure. */
export function formatBar(done: number, all: number): string {
  const filled = all === 0 ? BAR_COLUMNS : Math.floor((done / all) * BAR_COLUMNS);
  const count = String(done).padStart(String(all).length);
  return `[${"#".repeat(filled)}${"-".repeat(BAR_COLUMNS - filled)}] ${count}/${all}`;
}
