import { ClientError } from "./client-error.ts";
import { decideRetry } from "./decide-retry.ts";

/** Told before each pause, for who wants to say that the API is away. */
export type RetryListener = (retry: { error: ClientError; delayMs: number }) => void;

interface PatienceOptions {
  /** How long failures that pass by themselves are borne. */
  patienceMs: number;
  repeatable: boolean;
  signal: AbortSignal | undefined;
  onRetry: RetryListener | undefined;
}

/** Bears failures for a while. */
export interface Patience {
  /** Resolves when it is time for the next try; throws the error where there is to be none. */
  bear(error: unknown): Promise<void>;
  /** The API has answered: the next failure is a first one. */
  renew(): void;
}

export function createPatience({ patienceMs, repeatable, signal, onRetry }: PatienceOptions): Patience {
  let failures = 0;
  let awaySince = 0;
  return {
    async bear(error) {
      signal?.throwIfAborted();
      if (!(error instanceof ClientError)) throw error;
      failures += 1;
      if (failures === 1) awaySince = performance.now();
      const awayMs = performance.now() - awaySince;
      const chance = Math.random();
      const delayMs = decideRetry({ error, failures, awayMs, patienceMs, repeatable, chance });
      if (delayMs === null) throw error;
      onRetry?.({ error, delayMs });
      await sleep(delayMs, signal);
    },
    renew() {
      failures = 0;
    },
  };
}

/** Rejects with the signal's reason. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
  });
}
