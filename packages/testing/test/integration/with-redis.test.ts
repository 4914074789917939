import { existsSync } from "node:fs";
import { withOwnRedis, withRedis } from "@host-runner/testing";
import { expect, it } from "@jest/globals";
import { Redis } from "ioredis";

it("hands each test an empty Redis and a name of its own", async () => {
  const first = await withRedis(async ({ name, redis }) => {
    await redis.set("left behind", "1");
    return name;
  });
  await withRedis(async ({ name, redis }) => {
    expect(await redis.dbsize()).toBe(0);
    expect(name).not.toBe(first);
  });
});

it("fails a test that leaves a connection open, and names it", async () => {
  let leaked: Redis | undefined;
  const leaking = withRedis(async ({ redis }) => {
    const { path } = redis.options as { path: string };
    leaked = new Redis({ path, connectionName: "forgotten" });
    leaked.on("error", () => {});
    await leaked.ping();
  });
  try {
    await expect(leaking).rejects.toThrow(/left 1 Redis connection\(s\) open: .*name=forgotten/);
  } finally {
    leaked?.disconnect();
  }
});

it("hands on the failure of the test itself", async () => {
  const failing = withRedis(async () => {
    throw new Error("of the test");
  });
  await expect(failing).rejects.toThrow("of the test");
});

it("never uses the Redis that REDIS_URL names", async () => {
  const before = process.env.REDIS_URL;
  process.env.REDIS_URL = "redis://127.0.0.1:1";
  try {
    await withRedis(async ({ url, redis }) => {
      expect(url).not.toBe(process.env.REDIS_URL);
      expect(await redis.ping()).toBe("PONG");
    });
  } finally {
    if (before === undefined) delete process.env.REDIS_URL;
    else process.env.REDIS_URL = before;
  }
});

it("gives tests at the same time a Redis each", async () => {
  const urls = await Promise.all([1, 2, 3].map(() => withRedis(({ url }) => url)));
  expect(new Set(urls).size).toBe(3);
});

it("keeps the data of an own Redis over a crash, at the same URL", async () => {
  await withOwnRedis(async ({ url, connect, kill, restart }) => {
    const redis = connect();
    await redis.set("key", "value");
    await kill();
    await restart();
    expect(await redis.get("key")).toBe("value");
    expect(existsSync(decodeURIComponent(new URL(url).pathname))).toBe(true);
  });
});

it("freezes and thaws an own Redis", async () => {
  await withOwnRedis(async ({ connect, pause, resume }) => {
    const redis = connect({ commandTimeout: 100, maxRetriesPerRequest: 0 });
    await redis.ping();
    pause();
    await expect(redis.ping()).rejects.toThrow("timed out");
    resume();
    expect(await connect().ping()).toBe("PONG");
  });
});
