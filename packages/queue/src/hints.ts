import type { Redis } from "ioredis";

/**
 * A message is lost where the connection breaks, and then all look again once it stands. This is for a break that
 * nobody noticed; a thousand who wait cost a hundred reads a second by it.
 */
const LOOK_AGAIN_MS = 10_000;

export interface Watch {
  /**
   * Yields whenever it is worth to look: once when the subscription stands, at each message, and now and then
   * without one. Ends at the deadline (ms since the epoch), or when the signal is aborted.
   */
  hints(deadline: number, signal: AbortSignal): AsyncGenerator<void>;
  close(): void;
}

export interface Hints {
  watch(channels: string[]): Watch;
}

/**
 * Tells when something may have changed, for any number who wait over the one connection. What is true stands in
 * the records.
 */
export function createHints(subscriber: Redis): Hints {
  const listeners = new Map<string, Set<() => void>>();
  subscriber.on("message", (channel: string) => {
    for (const wake of listeners.get(channel) ?? []) wake();
  });

  subscriber.on("ready", async () => {
    // Behind the subscriptions, which ioredis renews by itself.
    await subscriber.ping().catch(() => {});
    for (const waiting of listeners.values()) for (const wake of waiting) wake();
  });

  return {
    watch(channels) {
      const bell = createBell();
      // Settles also where Redis is away: looking again is what helps then.
      Promise.all(channels.map((channel) => subscribe(channel, bell.ring))).then(bell.ring);
      return {
        async *hints(deadline, signal) {
          signal.addEventListener("abort", bell.ring, { once: true });
          while (Date.now() < deadline && !signal.aborted) {
            await bell.rung(Math.min(LOOK_AGAIN_MS, deadline - Date.now()));
            yield;
          }
        },
        close: () => {
          for (const channel of channels) unsubscribe(channel, bell.ring);
        },
      };
    },
  };

  async function subscribe(channel: string, listener: () => void): Promise<void> {
    const waiting = listeners.get(channel);
    if (waiting) waiting.add(listener);
    else listeners.set(channel, new Set([listener]));
    // Again for each watch: the call resolves when the subscription stands.
    await subscriber.subscribe(channel).catch(() => {});
  }

  function unsubscribe(channel: string, listener: () => void): void {
    const waiting = listeners.get(channel);
    waiting?.delete(listener);
    if (waiting?.size !== 0) return;
    listeners.delete(channel);
    subscriber.unsubscribe(channel).catch(() => {});
  }
}

/** Remembers a ring that nobody waited for, so that none is missed between two looks. */
function createBell() {
  let ringing = false;
  let wake = () => {};
  return {
    ring() {
      ringing = true;
      wake();
    },
    /** Resolves at the next ring, at once if it has rung since the last call, or after `timeoutMs`. */
    async rung(timeoutMs: number): Promise<void> {
      if (!ringing) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      ringing = false;
    },
  };
}
