import { openPersistentConnection } from "./connection.ts";
import type { Log } from "./log.ts";

const TRY_AGAIN_MS = 1_000;

/** Channels in one call. */
const CHANNELS_PER_CALL = 1_000;

/** Subscriptions over one connection. They outlast every cut and refusal. */
export interface Subscriber {
  readonly redis: ReturnType<typeof openPersistentConnection>;
  /** Resolves when the subscription stands; rejects where Redis refuses it for now, which is tried again. */
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): void;
  onMessage(listener: (channel: string, message: string) => void): void;
  /** Called when all subscriptions stand on a new connection: messages may have been missed. */
  onRenewed(listener: () => void): void;
  close(): void;
}

/**
 * Opens the connection. ioredis would renew subscriptions by itself, but lose them where Redis refuses one, and end the
 * process by an unhandled rejection.
 */
export function openSubscriber(url: string, name: string, log: Log): Subscriber {
  const redis = openPersistentConnection(url, name, log, { autoResubscribe: false });
  const channels = new Set<string>();
  const renewals: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  redis.on("ready", renew);
  return {
    redis,
    async subscribe(channel) {
      channels.add(channel);
      await redis.subscribe(channel).catch((error) => {
        renewLater();
        throw error;
      });
    },
    unsubscribe(channel) {
      channels.delete(channel);
      redis.unsubscribe(channel).catch(() => {});
    },
    onMessage: (listener) => void redis.on("message", listener),
    onRenewed: (listener) => void renewals.push(listener),
    close() {
      clearTimeout(timer);
      redis.disconnect();
    },
  };

  async function renew(): Promise<void> {
    const all = [...channels];
    try {
      for (let i = 0; i < all.length; i += CHANNELS_PER_CALL) {
        await redis.subscribe(...all.slice(i, i + CHANNELS_PER_CALL));
      }
    } catch {
      renewLater();
      return;
    }
    for (const listener of renewals) listener();
  }

  /** A new connection begins by itself; a refusal is over at some time. */
  function renewLater(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (redis.status === "ready") renew();
    }, TRY_AGAIN_MS);
  }
}
