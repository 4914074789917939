import { withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { keepRedis } from "../../src/fleet/keep-redis.ts";

describe("the Redis of the fleet", () => {
  it("tells when it was away, and of no freeze that found it away", () =>
    withTempDir(async (dir) => {
      const redis = await keepRedis(dir, { password: "secret", lead: async () => {} });
      try {
        const killing = redis.kill(100);
        expect(await redis.freeze(1)).toBe(false);
        await killing;
        expect(await redis.freeze(1)).toBe(true);
        await redis.cutConnections();
        expect(redis.outages).toMatchObject([{ kind: "away" }, { kind: "away" }, { kind: "cut" }]);
        const times = redis.outages.flatMap(({ from, returnsAt, to }) => [from, returnsAt, to]);
        expect(times).not.toContain(null);
        expect(times).toEqual([...times].sort((a, b) => Number(a) - Number(b)));
      } finally {
        await redis.end();
      }
    }));
});
