import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type LocalRedis, startLocalRedis } from "@host-runner/local-redis";
import { Redis } from "ioredis";
import { parseCommandTable } from "../proxy/command-table.ts";
import type { ProxyTarget } from "../proxy/redis-proxy.ts";
import type { RealRefusalWord } from "../proxy/refusal.ts";
import type { Outage } from "./outage.ts";
import { refuseReally } from "./refuse-really.ts";

/** The Redis of the fleet: killed, frozen and started again, with its data. The fleet reaches it through the proxy. */
export interface KeptRedis {
  /** All that there were, in order. */
  readonly outages: Outage[];
  /** Ends as a crash would, and is back after so long. */
  kill(awayMs: number): Promise<void>;
  /** Connections stay, and nothing answers for so long. False: it was away. */
  freeze(forMs: number): Promise<boolean>;
  /** Closes the connections of everybody but us. Resolves to how many. */
  cutConnections(): Promise<number>;
  flushScripts(): Promise<void>;
  /** Has Redis itself refuse what the fleet asks, until the wait is over. */
  refuse(word: RealRefusalWord, wait: () => Promise<unknown>): Promise<void>;
  /** Resolves when it runs and answers, whatever state it was in. */
  bringBack(): Promise<void>;
  /** For looking at what is in it. Nothing is sent twice, and nothing waits for a Redis that is away. */
  inspect<T>(body: (redis: Redis) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** As whom the fleet comes. The judge is the default user, whom no fault touches. */
export const MEMBER_NAME = "host-runner";

interface KeptRedisOptions {
  /** Of the fleet's user. */
  password: string;
  /** Told where Redis is whenever it is there, and null when it goes. */
  lead: (target: ProxyTarget | null) => Promise<void>;
}

const ANSWER_WITHIN_MS = 10_000;

/** Starts it in the folder, which has its data in all of its lives. */
export async function keepRedis(dir: string, { password, lead }: KeptRedisOptions): Promise<KeptRedis> {
  let server: LocalRedis | null = null;
  let starting: Promise<LocalRedis> | null = null;
  let ended = false;
  const outages: Outage[] = [];
  const judgePassword = randomBytes(24).toString("base64url");
  await start();
  return { outages, kill, freeze, cutConnections, flushScripts, refuse, bringBack, inspect, end };

  function start(): Promise<LocalRedis> {
    starting ??= startDurable(dir)
      .then(async (started) => {
        await letIn(started.url);
        server = started;
        return started;
      })
      .finally(() => {
        starting = null;
      });
    return starting;
  }

  /** Whoever comes without a password has no rights: so it is known who comes. */
  async function letIn(url: string): Promise<void> {
    const table = await withClient(url, async (redis) => {
      const rights = ["~*", "&*", "+@all"];
      await redis.call("ACL", "SETUSER", MEMBER_NAME, "on", `>${password}`, ...rights);
      await redis.config("SET", "requirepass", judgePassword);
      return parseCommandTable((await redis.call("COMMAND")) as unknown[]);
    });
    const { path, host, port } = toConnection(url);
    await lead({ address: path === undefined ? { host: host!, port: port! } : { path }, table });
  }

  async function kill(awayMs: number): Promise<void> {
    await starting;
    const killed = server;
    server = null;
    beginOutage();
    await lead(null);
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

  async function refuse(word: RealRefusalWord, wait: () => Promise<unknown>): Promise<void> {
    const member = { name: MEMBER_NAME, password };
    await refuseReally(word, { dir, member, wait, ask: inspect });
  }

  async function bringBack(): Promise<void> {
    beginReturn();
    if (!server && !ended) await start();
    thaw();
  }

  async function inspect<T>(body: (redis: Redis) => Promise<T>): Promise<T> {
    if (!server) throw new Error("Redis is away");
    return withClient(server.url, body, judgePassword);
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

async function withClient<T>(url: string, body: (redis: Redis) => Promise<T>, password?: string): Promise<T> {
  const redis = new Redis({
    ...toConnection(url),
    ...(password !== undefined && { password }),
    connectionName: "chaos",
    commandTimeout: ANSWER_WITHIN_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // A Redis that is busy refuses the check, and it is there.
    enableReadyCheck: false,
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

function toConnection(url: string): { path?: string; host?: string; port?: number; password?: string } {
  const { protocol, pathname, hostname, port, password } = new URL(url);
  if (protocol === "redis+unix:") return { path: decodeURIComponent(pathname) };
  return { host: hostname, port: Number(port), password };
}
