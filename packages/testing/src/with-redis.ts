import { randomUUID } from "node:crypto";
import { type LocalRedis, startLocalRedis } from "@host-runner/local-redis";
import { afterAll } from "@jest/globals";
import type { Redis, RedisOptions } from "ioredis";
import { failOnLeakedClients } from "./client-leaks.ts";
import { createConnections } from "./connections.ts";

export interface TestRedis {
  url: string;
  /** For queues and keys: no other test has it. */
  name: string;
  /** A client to look around with. */
  redis: Redis;
  /** Another client; closed after the test. */
  connect: (options?: RedisOptions) => Redis;
}

/** Servers that no test of this file uses at the moment. */
const idle: LocalRedis[] = [];
afterAll(async () => {
  await Promise.all(idle.splice(0).map((server) => server.stop()));
});

/**
 * Runs the body with an empty Redis that nobody else uses: never the one of REDIS_URL. Fails where the body
 * leaves a connection open that it did not get from `connect`.
 */
export async function withRedis<T>(body: (redis: TestRedis) => T | Promise<T>): Promise<T> {
  const server = idle.pop() ?? (await startLocalRedis({ persistence: "none" }));
  const connections = createConnections(server.url);
  const { connect, closeAll } = connections;
  try {
    const redis = connect();
    const result = await body({ url: server.url, name: `test-${randomUUID().slice(0, 8)}`, redis, connect });
    closeAll();
    const own = connect();
    await failOnLeakedClients(own);
    await own.flushall();
    await own.script("FLUSH");
    idle.push(server);
    return result;
  } catch (error) {
    // Whatever state it is in, the next test does not get it.
    await server.stop();
    throw error;
  } finally {
    closeAll();
  }
}
