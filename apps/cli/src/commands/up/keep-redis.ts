import { setTimeout as delay } from "node:timers/promises";
import { type LocalRedis, startLocalRedis } from "@host-runner/local-redis";
import { decideRestart, SETTLED_MS } from "./decide-restart.ts";
import { UpError } from "./errors.ts";

export interface KeptRedis {
  url: string;
  description: string;
  current(): LocalRedis;
  /** Rejects when it is given up, and resolves when it was stopped. */
  finished: Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts a Redis in the folder and keeps it running, at the same URL and with the same data. */
export async function keepRedis(dir: string, say: (text: string) => void): Promise<KeptRedis> {
  const start = () => startLocalRedis({ dir, persistence: "append-only", log: say });
  const stopping = new AbortController();
  let current = await start();
  const { url, description } = current;
  return {
    url,
    description: `${description}, its data in ${dir}`,
    current: () => current,
    finished: restartUntilStopped(),
    async stop() {
      stopping.abort();
      await current.stop();
    },
    async kill() {
      stopping.abort();
      await current.kill();
    },
  };

  async function restartUntilStopped(): Promise<void> {
    for (let quickDeaths = 0; ; ) {
      const startedAt = performance.now();
      const ending = await current.ended;
      if (stopping.signal.aborted) return;
      quickDeaths = performance.now() - startedAt < SETTLED_MS ? quickDeaths + 1 : 1;
      const decision = decideRestart({ wasEverReady: true, quickDeaths });
      if (decision.kind === "give-up") throw new UpError(`Redis is given up, ${decision.why}: ${ending}`);
      say(`Redis died: ${ending}; starting it again in ${decision.afterMs} ms`);
      await delay(decision.afterMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      current = await start();
      if (current.url !== url) throw new UpError("Redis came back at another address: start again");
      say("Redis is back");
    }
  }
}
