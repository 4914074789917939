import type { Address } from "./address.ts";

interface ServerConfig {
  /** Absolute. Everything the server writes is in it. */
  dir: string;
  address: Address;
  persistence: "append-only" | "none";
}

/** The server's configuration file. */
export function serverConfig({ dir, address, persistence }: ServerConfig): string {
  const appendOnly = persistence === "append-only";
  const lines = [
    "# Written at each start: changes are lost.",
    ...(address.kind === "socket"
      ? ["port 0", `unixsocket ${quote(address.path)}`, "unixsocketperm 700"]
      : [`port ${address.port}`, "bind 127.0.0.1", `requirepass ${quote(address.password)}`]),
    "protected-mode yes",
    "daemonize no",
    `dir ${quote(dir)}`,
    `pidfile ${quote(`${dir}/redis.pid`)}`,
    `logfile ${quote(`${dir}/redis.log`)}`,
    // The queue is no cache: a Redis that is full refuses writes, and forgets nothing.
    "maxmemory-policy noeviction",
    'save ""',
    `appendonly ${appendOnly ? "yes" : "no"}`,
    ...(appendOnly ? ["appendfsync everysec"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** A value as Redis reads it between quotes. */
function quote(value: string): string {
  const escaped = value
    .replace(/["\\]/g, (character) => `\\${character}`)
    .replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `"${escaped}"`;
}
