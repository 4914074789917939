import { connect as connectSocket } from "node:net";
import { type TestRedis, waitFor, withRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { Redis, type RedisOptions } from "ioredis";
import { parseCommandTable } from "../../src/proxy/command-table.ts";
import { createRedisProxy, type RedisProxy } from "../../src/proxy/redis-proxy.ts";
import type { Refusal } from "../../src/proxy/refusal.ts";

interface Proxied {
  proxy: RedisProxy;
  /** Straight to Redis. */
  redis: Redis;
  /** Through the door; closed after the test. */
  through(door: string, options?: RedisOptions): Redis;
  portOf(door: string): number;
}

async function withProxy(body: (proxied: Proxied) => Promise<void>): Promise<void> {
  await withRedis(async ({ url, redis }: TestRedis) => {
    const { protocol, pathname, hostname, port, password } = new URL(url);
    const isSocket = protocol === "redis+unix:";
    const address = isSocket
      ? { path: decodeURIComponent(pathname) }
      : { host: hostname, port: Number(port) };
    const table = parseCommandTable((await redis.call("COMMAND")) as unknown[]);
    const proxy = createRedisProxy();
    const ports = new Map([
      ["a", await proxy.addDoor("a")],
      ["b", await proxy.addDoor("b")],
    ]);
    proxy.lead({ address, table });
    const clients: Redis[] = [];
    try {
      await body({
        ...{ proxy, redis, portOf: (door) => ports.get(door)! },
        through(door, options = {}) {
          const common: RedisOptions = { host: "127.0.0.1", port: ports.get(door)!, retryStrategy: () => 20 };
          const known = password ? { password } : {};
          const client = new Redis({ ...common, ...known, ...options, replyMapping: "legacy" });
          client.on("error", () => {});
          clients.push(client);
          return client;
        },
      });
    } finally {
      for (const client of clients) client.disconnect();
      await proxy.close();
    }
  });
}

const refusal = (word: Refusal["word"], more: Partial<Refusal> = {}): Refusal => ({
  ...{ word, inScripts: false, cut: false },
  ...more,
});
const errorOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: Error) => error.message,
  );

describe("the proxy in front of Redis", () => {
  it.each([2, 3] as const)("passes on what is asked and answered, with RESP %d", (protocol) =>
    withProxy(async ({ through }) => {
      const client = through("a", { protocol });
      const value = "x\r\n$5\r\n".repeat(100_000);
      await client.set("large", value);
      await Promise.all(Array.from({ length: 2_000 }, (_, i) => client.hset("hash", `field ${i}`, i)));
      const [large, fields, missing, pong] = await Promise.all([
        ...[client.get("large"), client.hgetall("hash"), client.get("missing"), client.ping()],
      ]);
      expect(large).toBe(value);
      expect(Object.keys(fields as object)).toHaveLength(2_000);
      expect([missing, pong]).toEqual([null, "PONG"]);
      expect(await client.multi().incr("n").incr("n").exec()).toEqual([
        [null, 1],
        [null, 2],
      ]);
      expect(await errorOf(client.lpush("large", "x"))).toMatch(/^WRONGTYPE/);
    }),
  );

  it.each([2, 3] as const)("passes on messages among replies, with RESP %d", (protocol) =>
    withProxy(async ({ through }) => {
      const subscriber = through("a", { protocol });
      const heard: string[] = [];
      subscriber.on("message", (_channel, message) => heard.push(message));
      await subscriber.subscribe("one", "two");
      await subscriber.psubscribe("t*");
      const publisher = through("b", { protocol });
      for (let i = 0; i < 500; i += 1) publisher.publish("one", String(i));
      await waitFor(() => heard.length === 500, { description: "all messages are there" });
      expect(heard).toEqual(Array.from({ length: 500 }, (_, i) => String(i)));
      await subscriber.unsubscribe("one", "two");
      await subscriber.punsubscribe("t*");
      expect(await subscriber.ping()).toBe("PONG");
    }),
  );

  it("refuses in the order of the commands, and Redis does not get what is refused", () =>
    withProxy(async ({ proxy, redis, through }) => {
      const client = through("a");
      await client.set("key", "before");
      proxy.refuse("a", refusal("READONLY"));
      const answers = await Promise.all([
        client.get("key"),
        errorOf(client.set("key", "meanwhile")),
        client.get("key"),
        errorOf(client.del("key")),
        client.ping(),
      ]);
      const readonly = "READONLY You can't write against a read only replica.";
      expect(answers).toEqual(["before", readonly, "before", readonly, "PONG"]);
      expect(await redis.get("key")).toBe("before");
      proxy.refuse("a", null);
      expect(await client.set("key", "after")).toBe("OK");
    }));

  it("refuses at one door, or at all of them", () =>
    withProxy(async ({ proxy, through }) => {
      const [a, b] = [through("a"), through("b")];
      await Promise.all([a.ping(), b.ping()]);
      proxy.refuse("a", refusal("BUSY"));
      expect([await errorOf(a.get("x")), await errorOf(b.get("x"))]).toEqual([
        expect.stringMatching(/^BUSY /),
        "no error",
      ]);
      proxy.refuse("a", null);
      proxy.refuse(null, refusal("LOADING"));
      expect(await errorOf(b.get("x"))).toMatch(/^LOADING /);
      proxy.refuse(null, null);
      expect([await errorOf(a.get("x")), await errorOf(b.get("x"))]).toEqual(["no error", "no error"]);
    }));

  it("refuses a transaction as a whole", () =>
    withProxy(async ({ proxy, redis, through }) => {
      const client = through("a");
      await client.ping();
      proxy.refuse("a", refusal("OOM"));
      expect(await errorOf(client.multi().del("a").set("b", "1").exec())).toMatch(/^EXECABORT /);
      proxy.refuse("a", null);
      expect(await client.multi().set("b", "2").exec()).toEqual([[null, "OK"]]);
      expect(await redis.get("b")).toBe("2");
    }));

  it("answers what comes behind a command that waits when its wait is over", () =>
    withProxy(async ({ proxy, redis, through }) => {
      const client = through("a");
      await client.ping();
      const popped = client.bzpopmin("set", 0);
      const isBlocked = async () => (await redis.info("clients")).includes("blocked_clients:1");
      await waitFor(isBlocked, { description: "the client waits" });
      proxy.refuse("a", refusal("NOREPLICAS"));
      const refused = errorOf(client.set("key", "value"));
      await redis.zadd("set", 1, "member");
      expect(await popped).toEqual(["set", "member", "1"]);
      expect(await refused).toMatch(/^NOREPLICAS /);
    }));

  it("ends the wait of who waits in Redis, as a master that becomes a replica does", () =>
    withProxy(async ({ proxy, redis, through }) => {
      const client = through("a", { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false });
      await client.ping();
      const popped = errorOf(client.bzpopmin("set", 0));
      const isBlocked = async () => (await redis.info("clients")).includes("blocked_clients:1");
      await waitFor(isBlocked, { description: "the client waits" });
      proxy.refuse("a", refusal("UNBLOCKED"));
      expect(await popped).toMatch(/^UNBLOCKED /);
      await waitFor(async () => !(await isBlocked()), { description: "nobody waits any more" });
    }));

  it("cuts connections where a refusal begins with that, and turns away whoever comes without the password", () =>
    withProxy(async ({ proxy, redis, through }) => {
      await redis.config("SET", "requirepass", "secret");
      const client = through("a", { password: "secret", maxRetriesPerRequest: 0 });
      await client.ping();
      const cut = new Promise((resolve) => client.once("close", resolve));
      const refused = new Promise<Error>((resolve) =>
        client.on("error", (error) => error.message.startsWith("WRONGPASS") && resolve(error)),
      );
      proxy.refuse("a", refusal("WRONGPASS", { cut: true }));
      await cut;
      await refused;
      proxy.refuse("a", null);
      await waitFor(
        () =>
          client.ping().then(
            (pong) => pong === "PONG",
            () => false,
          ),
        {
          description: "it is let in again",
        },
      );
      await redis.config("SET", "requirepass", "");
    }));

  it("holds answers, and lets them go on or get lost with their connection", () =>
    withProxy(async ({ proxy, redis, through }) => {
      const client = through("a", { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false });
      await client.ping();
      const count = () => client.eval("return redis.call('INCR', KEYS[1])", 1, "n");
      proxy.hold("a");
      expect(await client.ping()).toBe("PONG");
      const delayed = count();
      await waitFor(async () => (await redis.get("n")) === "1", { description: "Redis has the command" });
      proxy.release("a");
      expect(await delayed).toBe(1);
      proxy.hold("a");
      const lost = errorOf(count());
      await waitFor(async () => (await redis.get("n")) === "2", { description: "Redis has the command" });
      proxy.cut("a");
      expect(await lost).not.toBe("no error");
    }));

  it("turns everybody away while Redis is away, and hangs up with it", () =>
    withProxy(async ({ proxy, redis, through, portOf }) => {
      const client = through("a");
      await client.ping();
      const closed = new Promise((resolve) => client.once("close", resolve));
      proxy.lead(null);
      await redis.call("CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES");
      await closed;
      const socket = connectSocket(portOf("a"), "127.0.0.1");
      const error = await new Promise<NodeJS.ErrnoException>((resolve) => socket.once("error", resolve));
      expect(error.code).toBe("ECONNRESET");
    }));
});
