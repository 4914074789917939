import { type LocalRedis, startLocalRedis } from "@host-runner/local-redis";
import type { Redis, RedisOptions } from "ioredis";
import { failOnLeakedClients } from "./client-leaks.ts";
import { createConnections } from "./connections.ts";
import { withTempDir } from "./with-temp-dir.ts";

export interface OwnRedis {
  /** The same after each restart. */
  url: string;
  connect: (options?: RedisOptions) => Redis;
  /** Ends the server in order. */
  stop: () => Promise<void>;
  /** Ends the server as a crash would. */
  kill: () => Promise<void>;
  /** Starts it again on its data; ends it first where it runs. */
  restart: () => Promise<void>;
  /** Freezes the server: connections stay, and nothing answers. */
  pause: () => void;
  resume: () => void;
}

/** Runs the body with an append-only Redis of its own, to end and start as the test wants. */
export async function withOwnRedis<T>(body: (redis: OwnRedis) => T | Promise<T>): Promise<T> {
  return withTempDir(async (dir) => {
    const start = () => startLocalRedis({ persistence: "append-only", dir });
    let server: LocalRedis | undefined = await start();
    const { url } = server;
    const { connect, closeAll } = createConnections(url);
    const signal = (name: "SIGSTOP" | "SIGCONT") => {
      if (server?.pid === undefined) throw new Error("no server process to pause");
      process.kill(server.pid, name);
    };
    const stop = async () => {
      await server?.stop();
      server = undefined;
    };
    try {
      const result = await body({
        url,
        connect,
        stop,
        async kill() {
          await server?.kill();
          server = undefined;
        },
        async restart() {
          await stop();
          server = await start();
        },
        pause: () => signal("SIGSTOP"),
        resume: () => signal("SIGCONT"),
      });
      closeAll();
      if (server) {
        signal("SIGCONT");
        await failOnLeakedClients(connect());
      }
      return result;
    } finally {
      closeAll();
      // Not stopped in order: it may be paused, and its data are thrown away.
      await server?.kill();
    }
  });
}
