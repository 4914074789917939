import type { Duplex } from "node:stream";
import { Redis, type RedisOptions } from "ioredis";
import type { Log } from "./log.ts";
import { describeRefusal, isDemotion, refusalOf } from "./redis-refusal.ts";

/** After this long without an answer a caller is told that the queue is unavailable. */
const COMMAND_TIMEOUT_MS = 1500;

const LONGEST_PAUSE_MS = 1000;

/** A server that is no master any more is left by a new connection, but not again and again while there is none. */
const LEAVE_EVERY_MS = 5_000;

const shared = (connectionName: string): RedisOptions => ({
  connectionName,
  // Soon again after an outage: a worker takes tasks within seconds of Redis' return.
  retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), LONGEST_PAUSE_MS),
  keepAlive: 10_000,
});

/**
 * For callers that have to answer somebody: a command fails at once where Redis is away, and is never sent twice, so
 * that nothing happens later that was answered with an error.
 */
export function openRequestConnection(url: string, log: Log): Redis {
  const options: RedisOptions = {
    ...shared("host-runner-api"),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
  };
  // Redis works on the first of ten submissions while the others are still parsed, or the two would take turns.
  return open(url, log, options, 4);
}

/** For callers that have to succeed: a command waits until Redis is back, for as long as it takes. */
export function openPersistentConnection(
  url: string,
  name: string,
  log: Log,
  options: RedisOptions = {},
): Redis {
  const all = { ...shared(name), maxRetriesPerRequest: null, ...options };
  return open(url, log, all, Number.POSITIVE_INFINITY);
}

/** For waits in Redis: a wait fails with its connection, as what it waits for may be lost with it. */
export function openWaitingConnection(url: string, name: string, log: Log): Redis {
  const options: RedisOptions = {
    ...shared(name),
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  };
  return open(url, log, options, Number.POSITIVE_INFINITY);
}

function open(url: string, log: Log, options: RedisOptions, writesTogether: number): Redis {
  const redis = new Redis({
    ...addressOf(url),
    ...options,
    reconnectOnError: leaveDemoted(),
    replyMapping: "legacy",
  });
  redis.on("connect", () => writeByTurns(redis.stream, writesTogether));
  // ioredis reports each failed try; an outage is told once when it begins and once when it ends.
  let away = false;
  redis.on("error", (error: Error) => {
    if (!away) tellAway(log, error);
    away = true;
  });
  redis.on("ready", () => {
    if (away) log.info("Redis is back");
    away = false;
  });
  return redis;
}

/** The error of a refusal carries the command that was refused: the one that logs in has the password. */
function tellAway(log: Log, error: Error): void {
  if (refusalOf(error) === null) log.warn({ err: error }, "Redis is away; trying again until it is back");
  else
    log.warn(
      {},
      `Redis refuses a connection: ${describeRefusal(error.message)}; trying again until it takes it`,
    );
}

/** Asks for a new connection where the server says that it has become a replica. */
function leaveDemoted(): (error: Error) => boolean {
  let leftAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (!isDemotion(error) || performance.now() - leftAt < LEAVE_EVERY_MS) return false;
    leftAt = performance.now();
    return true;
  };
}

/** redis+unix:///path/to/socket?db=1, with user and password before the path where there are any. */
export function addressOf(url: string): RedisOptions {
  const parsed = new URL(url);
  const credentials = {
    ...(parsed.username && { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password && { password: decodeURIComponent(parsed.password) }),
  };
  if (parsed.protocol === "redis+unix:") {
    const db = Number(parsed.searchParams.get("db") ?? 0);
    return { ...credentials, path: decodeURIComponent(parsed.pathname), db };
  }
  return {
    ...credentials,
    host: parsed.hostname.replace(/^\[|\]$/g, "") || "127.0.0.1",
    port: Number(parsed.port || 6379),
    db: Number(parsed.pathname.slice(1) || 0),
    ...(parsed.protocol === "rediss:" && { tls: {} }),
  };
}

/**
 * What is written in one turn of the event loop leaves in one system call, not one for each command: what fifty callers
 * ask for at once, and what follows fifty answers. It waits for nothing but the callbacks of the same turn, and `together`
 * commands leave at once.
 */
function writeByTurns(stream: Duplex, together: number): void {
  const write = stream.write.bind(stream) as Duplex["write"];
  const end = stream.end.bind(stream) as Duplex["end"];
  // One text is also cheaper to write than the same in pieces. ioredis gives neither encodings nor callbacks.
  let held = "";
  let commands = 0;
  const leave = (): boolean => {
    const text = held;
    held = "";
    commands = 0;
    return text === "" || write(text);
  };
  stream.write = ((...args: Parameters<Duplex["write"]>) => {
    if (typeof args[0] !== "string") {
      leave();
      return write(...args);
    }
    if (commands === 0) setImmediate(leave);
    held += args[0];
    commands += 1;
    return commands === together ? leave() : true;
  }) as Duplex["write"];
  stream.end = ((...args: Parameters<Duplex["end"]>) => {
    leave();
    return end(...args);
  }) as Duplex["end"];
}
