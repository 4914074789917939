import { join } from "node:path";

/** Where a server of ours listens: never reachable from another machine, nor for another user. */
export type Address =
  | { kind: "socket"; path: string }
  /** Any user of the machine reaches a loopback port; the password keeps the others out. */
  | { kind: "port"; port: number; password: string };

/** Longer paths fit no socket address: 108 bytes on Linux, 104 on macOS. */
const MAX_SOCKET_PATH_BYTES = 100;

/** The socket in the server's folder, where the system can have one there. */
export function socketAddress(dir: string): Address | undefined {
  const path = join(dir, "redis.sock");
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES ? { kind: "socket", path } : undefined;
}

export function toUrl(address: Address): string {
  if (address.kind === "port") return `redis://:${address.password}@127.0.0.1:${address.port}`;
  return `redis+unix://${address.path.split("/").map(encodeURIComponent).join("/")}`;
}

export function toConnection(address: Address) {
  if (address.kind === "socket") return { path: address.path };
  return { host: "127.0.0.1", port: address.port, password: address.password };
}

/** For people: without the password. */
export function describeAddress(address: Address): string {
  return address.kind === "socket" ? address.path : `127.0.0.1:${address.port}`;
}
