import { Redis, type RedisOptions } from "ioredis";

export interface Connections {
  /** A client of the server that the helper closes after the test. */
  connect: (options?: RedisOptions) => Redis;
  closeAll: () => void;
}

/** Clients of a `redis+unix:` or `redis:` URL, which ioredis does not know itself. */
export function createConnections(url: string): Connections {
  const open: Redis[] = [];
  return {
    connect(options = {}) {
      const redis = new Redis({ ...parseUrl(url), ...options, replyMapping: "legacy" });
      // A test that ends the server on purpose has clients that complain.
      redis.on("error", () => {});
      open.push(redis);
      return redis;
    },
    closeAll() {
      for (const redis of open.splice(0)) redis.disconnect();
    },
  };
}

function parseUrl(url: string): RedisOptions {
  const { protocol, pathname, hostname, port, password } = new URL(url);
  if (protocol === "redis+unix:") return { path: decodeURIComponent(pathname) };
  return { host: hostname, port: Number(port), password };
}
