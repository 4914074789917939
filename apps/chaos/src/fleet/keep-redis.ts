import { setTimeout as delay } from "node:timers/promises";
import { type LocalRedis, startLocalRedis } from "@host-runner/local-redis";
import { Redis } from "ioredis";
import type { Outage } from "./outage.ts";

/** The Redis of the fleet: killed, frozen and started again at one address, with its data. */
export interface KeptRedis {
  readonly url: string;
  /** All that there were, in order. */
  readonly outages: Outage[];
  /** Ends as a crash would, and is back after so long. */
  kill(awayMs: number): Promise<void>;
  /** Connections stay, and nothing answers for so long. False: it was away. */
  freeze(forMs: number): Promise<boolean>;
  /** Closes the connections of everybody but us. Resolves to how many. */
  cutConnections(): Promise<number>;
  flushScripts(): Promise<void>;
  /** Resolves when it runs and answers, whatever state it was in. */
  bringBack(): Promise<void>;
  /** For looking at what is in it. Nothing is sent twice, and nothing waits for a Redis that is away. */
  inspect<T>(body: (redis: Redis) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

const ANSWER_WITHIN_MS = 10_000;

/** Starts it in the folder, which has its data in all of its lives. */
export async function keepRedis(dir: string): Promise<KeptRedis> {
  let server: LocalRedis | null = null;
  let starting: Promise<LocalRedis> | null = null;
  let ended = false;
  const outages: Outage[] = [];
  const { url } = await start();
  return { url, outages, kill, freeze, cutConnections, flushScripts, bringBack, inspect, end };

  function start(): Promise<LocalRedis> {
    starting ??= startDurable(dir)
      .then((started) => {
        server = started;
        return started;
      })
      .finally(() => {
        starting = null;
      });
    return starting;
  }

  async function kill(awayMs: number): Promise<void> {
    await starting;
    const killed = server;
    server = null;
    beginOutage();
    await killed?.kill();
    await delay(awayMs);
    await bringBack();
  }

  async function freeze(forMs: number): Promise<boolean> {
    await starting;
    if (!server) return false;
    beginOutage();
    signal("SIGSTOP");
    await delay(forMs);
    thaw();
    return true;
  }

  function thaw(): void {
    beginReturn();
    signal("SIGCONT");
    for (const outage of outages) outage.to ??= Date.now();
  }

  function beginOutage(): void {
    outages.push({ kind: "away", from: Date.now(), returnsAt: null, to: null });
  }

  function beginReturn(): void {
    for (const outage of outages) outage.returnsAt ??= Date.now();
  }

  function signal(name: "SIGSTOP" | "SIGCONT"): void {
    if (server?.pid !== undefined) process.kill(server.pid, name);
  }

  function cutConnections(): Promise<number> {
    return inspect(async (redis) => {
      const kinds = ["NORMAL", "PUBSUB"] as const;
      const from = Date.now();
      const counts = await Promise.all(
        kinds.map((kind) => redis.call("CLIENT", "KILL", "TYPE", kind, "SKIPME", "YES")),
      );
      const to = Date.now();
      outages.push({ kind: "cut", from, returnsAt: to, to });
      return counts.reduce<number>((sum, count) => sum + Number(count), 0);
    });
  }

  async function flushScripts(): Promise<void> {
    await inspect((redis) => redis.script("FLUSH"));
  }

  async function bringBack(): Promise<void> {
    beginReturn();
    if (!server && !ended) await start();
    thaw();
  }

  async function inspect<T>(body: (redis: Redis) => Promise<T>): Promise<T> {
    if (!server) throw new Error("Redis is away");
    return withClient(server.url, body);
  }

  async function end(): Promise<void> {
    // An outage that is still planned to end does not bring it back.
    ended = true;
    await starting?.catch(() => {});
    thaw();
    await server?.kill();
    server = null;
  }
}

/** Each write is on disk before it is acknowledged. */
async function startDurable(dir: string): Promise<LocalRedis> {
  const server = await startLocalRedis({ persistence: "append-only", dir });
  await withClient(server.url, (redis) => redis.config("SET", "appendfsync", "always"));
  return server;
}

async function withClient<T>(url: string, body: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({
    ...toConnection(url),
    connectionName: "chaos",
    commandTimeout: ANSWER_WITHIN_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    replyMapping: "legacy",
  });
  // What is wrong is told by the command that fails.
  redis.on("error", () => {});
  try {
    return await body(redis);
  } finally {
    redis.disconnect();
  }
}

function toConnection(url: string) {
  const { protocol, pathname, hostname, port, password } = new URL(url);
  if (protocol === "redis+unix:") return { path: decodeURIComponent(pathname) };
  return { host: hostname, port: Number(port), password };
}
