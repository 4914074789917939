import { join } from "node:path";
import { startLocalRedis } from "@host-runner/local-redis";
import { Redis } from "ioredis";

/** A Redis of a row's own, with the settings that `npm start` gives it: append-only, synced to disk every second. */
export interface BenchRedis {
  /** As host-runner takes it. */
  url: string;
  /** As ioredis takes it. */
  address: string;
  /** A client to look around with. */
  client: Redis;
  /** Ends it as a crash would: what is in it is thrown away. */
  kill(): Promise<void>;
}

export async function startRedis(folder: string, name: string): Promise<BenchRedis> {
  const server = await startLocalRedis({ persistence: "append-only", dir: join(folder, name) });
  const address = toAddress(server.url);
  const client = new Redis(address, { maxRetriesPerRequest: null });
  // It complains when the server is gone, which is on purpose.
  client.on("error", () => {});
  return {
    ...{ url: server.url, address, client },
    async kill() {
      client.disconnect();
      await server.kill();
    },
  };
}

/** ioredis takes a socket as a path. */
function toAddress(url: string): string {
  const { protocol, pathname } = new URL(url);
  return protocol === "redis+unix:" ? decodeURIComponent(pathname) : url;
}
