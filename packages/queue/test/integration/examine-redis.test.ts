import { examineRedis } from "@host-runner/queue";
import { freePort, withOwnRedis, withRedis } from "@host-runner/testing";
import { expect, it } from "@jest/globals";

it("tells version, policy, persistence and latency of a Redis, and leaves it as it was", () =>
  withOwnRedis(async ({ url, connect }) => {
    const redis = await examineRedis(url);
    expect(redis).toMatchObject({ maxmemoryPolicy: "noeviction", isAppendOnlyOff: false, problem: null });
    expect(redis.version).toMatch(/^\d+\.\d+/);
    expect(["always", "everysec", "no"]).toContain(redis.appendOnly);
    expect(redis.latencyMs).toBeGreaterThan(0);
    expect(await connect().dbsize()).toBe(0);
  }));

it("tells what makes it unusable, and what a crash would lose", () =>
  withRedis(async ({ url, redis }) => {
    await redis.config("SET", "maxmemory-policy", "allkeys-lru");
    const found = await examineRedis(url);
    await redis.config("SET", "maxmemory-policy", "noeviction");
    expect(found.problem).toContain("its maxmemory-policy is allkeys-lru");
    expect(found).toMatchObject({ isAppendOnlyOff: true, appendOnly: null });
  }));

it("rejects where nothing answers, and does not try for long", async () => {
  await expect(examineRedis(`redis://127.0.0.1:${await freePort()}`)).rejects.toThrow(/ECONNREFUSED/);
});
