import type { Log } from "./log.ts";

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** Keeps tasks away from a worker whose host cannot start them. */
export interface HostPause {
  /** What is wrong with the host, in one line; null where nothing is. */
  problem(): string | null;
  /** Takes no tasks for a while. Each pause without a start in between is twice as long as the one before. */
  begin(problem: string): void;
  /** To be called when an attempt has been started: the host is well. */
  isWell(): void;
  stop(): void;
}

interface HostPauseOptions {
  /** Tries to start something harmless. Resolves with what is wrong, null where nothing is. */
  check: () => Promise<string | null>;
  suspend: () => void;
  resume: () => void;
  log: Log;
}

/** Begins nothing: a healthy host costs nothing. */
export function createHostPause({ check, suspend, resume, log }: HostPauseOptions): HostPause {
  let problem: string | null = null;
  let delayMs = FIRST_DELAY_MS;
  let timer: NodeJS.Timeout | undefined;
  return {
    problem: () => problem,
    begin(found) {
      // One fault fails many tasks at once.
      if (problem !== null) return;
      problem = found;
      suspend();
      log.warn({}, `this host cannot start tasks: ${found}; taking none for ${delayMs / 1000} s`);
      tryLater();
    },
    isWell() {
      delayMs = FIRST_DELAY_MS;
    },
    stop: () => clearTimeout(timer),
  };

  function tryLater(): void {
    timer = setTimeout(tryAgain, delayMs);
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
  }

  async function tryAgain(): Promise<void> {
    const found = await check().catch((error: Error) => error.message);
    if (found !== null) {
      if (found !== problem) log.warn({}, `this host still cannot start tasks: ${found}`);
      problem = found;
      tryLater();
      return;
    }
    problem = null;
    log.info("this host can start commands again: taking tasks");
    resume();
  }
}
