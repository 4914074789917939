import { waitFor, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { Redis, type RedisOptions } from "ioredis";
import { type KeptRedis, keepRedis, MEMBER_NAME } from "../../src/fleet/keep-redis.ts";
import type { ProxyTarget } from "../../src/proxy/redis-proxy.ts";
import { type RealRefusalWord, realRefusalWords } from "../../src/proxy/refusal.ts";

interface Kept {
  redis: KeptRedis;
  /** Where the proxy was led, in order. */
  leads: (ProxyTarget | null)[];
  /** A member's client. */
  member: Redis;
}

const password = "p@ss/word";

async function withKeptRedis(body: (kept: Kept) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const leads: (ProxyTarget | null)[] = [];
    const redis = await keepRedis(dir, { password, lead: async (target) => void leads.push(target) });
    const common: RedisOptions = { maxRetriesPerRequest: 0, retryStrategy: () => 20, commandTimeout: 500 };
    const identity = { username: MEMBER_NAME, password };
    const member = new Redis({ ...leads[0]?.address, ...identity, ...common, replyMapping: "legacy" });
    member.on("error", () => {});
    try {
      await member.ping();
      await body({ redis, leads, member });
    } finally {
      member.disconnect();
      await redis.end();
    }
  });
}

const errorOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: Error) => error.message,
  );

describe("the Redis of the fleet", () => {
  it("tells when it was away, and of no freeze that found it away", () =>
    withKeptRedis(async ({ redis, leads }) => {
      const killing = redis.kill(100);
      expect(await redis.freeze(1)).toBe(false);
      await killing;
      expect(await redis.freeze(1)).toBe(true);
      await redis.cutConnections();
      expect(redis.outages).toMatchObject([{ kind: "away" }, { kind: "away" }, { kind: "cut" }]);
      const times = redis.outages.flatMap(({ from, returnsAt, to }) => [from, returnsAt, to]);
      expect(times).not.toContain(null);
      expect(times).toEqual([...times].sort((a, b) => Number(a) - Number(b)));
      expect(leads).toEqual([leads[0], null, leads[0]]);
    }));

  it("lets in who comes with the name and the password, and gives nobody else a right", () =>
    withKeptRedis(async ({ leads, member }) => {
      expect(await member.set("key", "value")).toBe("OK");
      const stranger = new Redis({ ...leads[0]?.address, enableReadyCheck: false, replyMapping: "legacy" });
      stranger.on("error", () => {});
      expect(await errorOf(stranger.get("key"))).toMatch(/^NOAUTH /);
      stranger.disconnect();
    }));

  const inside = /The user executing the script can't run this command/;
  const expected: Record<RealRefusalWord, { plain: RegExp; script: RegExp }> = {
    WRONGPASS: { plain: /./, script: /./ },
    NOPERM: { plain: /^NOPERM /, script: inside },
    READONLY: { plain: /^READONLY /, script: /READONLY / },
    MASTERDOWN: { plain: /^MASTERDOWN /, script: /MASTERDOWN / },
    OOM: { plain: /^OOM /, script: /OOM / },
    MISCONF: { plain: /^MISCONF /, script: /MISCONF / },
    NOREPLICAS: { plain: /^NOREPLICAS /, script: /NOREPLICAS / },
    BUSY: { plain: /^BUSY /, script: /^BUSY / },
  };

  it.each(realRefusalWords)("refuses by itself for as long as it is told to: %s", (word) =>
    withKeptRedis(async ({ redis, member }) => {
      await member.set("key", "before");
      const refused: string[] = [];
      const told = new Promise<string>((resolve) => {
        member.on("error", ({ message }) => message.startsWith("WRONGPASS") && resolve(message));
      });
      await redis.refuse(word, async () => {
        // A new password is asked for on a new connection alone.
        if (word === "WRONGPASS") await told;
        refused.push(await errorOf(member.set("key", "meanwhile")));
        refused.push(await errorOf(member.eval("return redis.call('SET', KEYS[1], 'x')", 1, "key")));
      });
      expect(refused[0]).toMatch(expected[word].plain);
      expect(refused[1]).toMatch(expected[word].script);
      const isBack = () => errorOf(member.get("key")).then((error) => error === "no error");
      await waitFor(isBack, { description: "it answers again" });
      expect(await member.get("key")).toBe("before");
      expect(await member.set("key", "after")).toBe("OK");
    }),
  );

  it("has forgotten a refusal when it is back from a crash, and takes back what is left of it", () =>
    withKeptRedis(async ({ redis, member }) => {
      await redis.refuse("MISCONF", () => redis.kill(10));
      const isBack = () => errorOf(member.set("key", "after")).then((error) => error === "no error");
      await waitFor(isBack, { description: "it answers again" });
    }));
});
