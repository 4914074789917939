import type { Subscriber } from "./subscriber.ts";

/**
 * A message is lost where the connection breaks, and then all look again once it stands. This is for a break that
 * nobody noticed; a thousand who wait cost a hundred reads a second by it.
 */
const LOOK_AGAIN_MS = 10_000;

/** More different messages than this come to the same as "anything". */
const MAX_MESSAGES = 1_000;

/** What may have changed: the messages that came, each once, or anything. */
export type Hint = "anything" | { channel: string; message: string }[];

export interface Watch {
  /**
   * Yields whenever it is worth to look: "anything" once when the subscription stands and now and then, else the
   * messages that have come since the last look. Ends after `timeoutMs`, or when the signal is aborted.
   */
  hints(timeoutMs: number, signal: AbortSignal): AsyncGenerator<Hint>;
  close(): void;
}

export interface Hints {
  watch(channels: string[]): Watch;
}

/**
 * Tells when something may have changed, for any number who wait over the one connection. What is true stands in
 * the records.
 */
export function createHints(subscriber: Subscriber): Hints {
  const listeners = new Map<string, Set<Bell>>();
  subscriber.onMessage((channel, message) => {
    for (const bell of listeners.get(channel) ?? []) bell.ring(channel, message);
  });

  subscriber.onRenewed(() => {
    for (const waiting of listeners.values()) for (const bell of waiting) bell.ringForAnything();
  });

  return {
    watch(channels) {
      const bell = createBell();
      // Settles also where Redis is away: looking again is what helps then.
      Promise.all(channels.map((channel) => subscribe(channel, bell))).then(bell.ringForAnything);
      return {
        async *hints(timeoutMs, signal) {
          const deadlineMs = performance.now() + timeoutMs;
          signal.addEventListener("abort", bell.ringForAnything, { once: true });
          try {
            while (performance.now() < deadlineMs && !signal.aborted) {
              yield await bell.rung(Math.min(LOOK_AGAIN_MS, deadlineMs - performance.now()));
            }
          } finally {
            signal.removeEventListener("abort", bell.ringForAnything);
          }
        },
        close: () => {
          for (const channel of channels) unsubscribe(channel, bell);
        },
      };
    },
  };

  async function subscribe(channel: string, bell: Bell): Promise<void> {
    const waiting = listeners.get(channel);
    if (waiting) waiting.add(bell);
    else listeners.set(channel, new Set([bell]));
    // Again for each watch: the call resolves when the subscription stands.
    await subscriber.subscribe(channel).catch(() => {});
  }

  function unsubscribe(channel: string, bell: Bell): void {
    const waiting = listeners.get(channel);
    waiting?.delete(bell);
    if (waiting?.size !== 0) return;
    listeners.delete(channel);
    subscriber.unsubscribe(channel);
  }
}

type Bell = ReturnType<typeof createBell>;

/** Remembers what rang while nobody waited, so that nothing is missed between two looks. */
function createBell() {
  let anything = false;
  const rung = new Map<string, { channel: string; message: string }>();
  let wake = () => {};
  return {
    ring(channel: string, message: string) {
      if (rung.size < MAX_MESSAGES) rung.set(`${channel} ${message}`, { channel, message });
      else anything = true;
      wake();
    },
    ringForAnything() {
      anything = true;
      wake();
    },
    /** Resolves at the next ring, at once if it has rung since the last call, or after `timeoutMs`. */
    async rung(timeoutMs: number): Promise<Hint> {
      if (!anything && rung.size === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const hint: Hint = anything || rung.size === 0 ? "anything" : [...rung.values()];
      anything = false;
      rung.clear();
      return hint;
    },
  };
}
