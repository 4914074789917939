import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { type Address, toConnection } from "./address.ts";
import { LocalRedisError } from "./errors.ts";

interface ReadyWait {
  address: Address;
  /** Resolves when the server has ended: there is nothing to wait for any more. */
  ended: Promise<string>;
  onLoading: () => void;
}

/** A server that has not answered at all by then listens somewhere else, or hangs. */
const SILENCE_MS = 30_000;

/**
 * Resolves to "ready" when the server answers and has read all its data, however long that takes, or to
 * "ended" where it ends before. Rejects where it never answers.
 */
export async function waitUntilReady({ address, ended, onLoading }: ReadyWait): Promise<"ready" | "ended"> {
  const redis = new Redis({
    ...toConnection(address),
    // Refused until it listens: that is what is waited for.
    retryStrategy: () => 5,
    maxRetriesPerRequest: null,
    // A server that reads its data answers LOADING to a ping: the loop below sees it.
    enableReadyCheck: false,
  });
  redis.on("error", () => {});
  const giveUp = new AbortController();
  const hasEnded = ended.then(() => "ended" as const);
  try {
    for (let told = false; ; told = true) {
      // A ping that is never answered stays unsettled, whatever becomes of its connection.
      const answer = await Promise.race([ping(redis), hasEnded, silence(giveUp.signal)]);
      if (answer !== "loading") return answer;
      if (!told) onLoading();
      await Promise.race([delay(50), hasEnded]);
    }
  } finally {
    giveUp.abort();
    redis.disconnect();
  }
}

async function silence(signal: AbortSignal): Promise<never> {
  await delay(SILENCE_MS, undefined, { signal });
  throw new LocalRedisError("start_failed", `Redis has not answered for ${SILENCE_MS / 1000} s`);
}

async function ping(redis: Redis): Promise<"ready" | "loading"> {
  try {
    await redis.ping();
    return "ready";
  } catch (error) {
    if ((error as Error).message.startsWith("LOADING")) return "loading";
    throw error;
  }
}
