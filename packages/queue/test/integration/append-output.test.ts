import { waitFor, withOwnRedis, withRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import type { Redis } from "ioredis";
import { appendOutput } from "../../src/append-output.ts";
import { openPersistentConnection } from "../../src/connection.ts";
import { createKeys } from "../../src/keys.ts";
import type { OutputEntry } from "../../src/scripts.ts";

const keys = createKeys("tasks");
const jobId = "task-t@1";
const record = keys.recordOf(jobId);
const output = keys.output(jobId);
const silent = { info() {}, warn() {}, error() {} };

const entry = (attempt: number, number: number, text = `text ${number}`): OutputEntry => ({
  id: `${attempt}-${number}`,
  stream: "stdout",
  offset: number * 100,
  bytes: Buffer.from(text),
});

const idsIn = async (redis: Redis) => (await redis.xrange(output, "-", "+")).map(([id]) => id);

describe("appending output", () => {
  it("passes over what is there already, as the answer to the same call may have been lost", () =>
    withRedis(async ({ redis }) => {
      await redis.hset(record, "ats", 1);
      const append = (...entries: OutputEntry[]) =>
        appendOutput({ redis, keys }, { jobId, attempt: 1, entries, drop: [] });
      expect(await append(entry(1, 1), entry(1, 2))).toBe("appended");
      expect(await append(entry(1, 1), entry(1, 2), entry(1, 3, "ü\r\n🙂"))).toBe("appended");
      expect(await redis.xrange(output, "-", "+")).toEqual([
        ["1-1", ["s", "o", "f", "100", "d", "text 1"]],
        ["1-2", ["s", "o", "f", "200", "d", "text 2"]],
        ["1-3", ["s", "o", "f", "300", "d", "ü\r\n🙂"]],
      ]);
    }));

  it("drops what is too much, also of what it appends", () =>
    withRedis(async ({ redis }) => {
      await redis.hset(record, "ats", 1);
      const append = (entries: OutputEntry[], drop: string[]) =>
        appendOutput({ redis, keys }, { jobId, attempt: 1, entries, drop });
      await append([entry(1, 1), entry(1, 2)], []);
      await append([entry(1, 3), entry(1, 4)], ["1-2", "1-3"]);
      expect(await idsIn(redis)).toEqual(["1-1", "1-4"]);
    }));

  it.each([
    ["has ended", ["ats", 1, "finishedOn", 1]],
    ["was followed by another", ["ats", 2]],
  ])("leaves nothing behind of an attempt that %s, then or later", (_how, fields) =>
    withRedis(async ({ redis }) => {
      const append = (attempt: number, ...entries: OutputEntry[]) =>
        appendOutput({ redis, keys }, { jobId, attempt, entries, drop: [] });
      await redis.hset(record, "ats", 1);
      await append(1, entry(1, 1));
      await redis.hset(record, ...(fields as [string, number]));
      expect(await append(1, entry(1, 2))).toBe("closed");
      expect(await append(1, entry(1, 1), entry(1, 3))).toBe("closed");
      expect(await idsIn(redis)).toEqual(["1-1"]);

      // The next attempt's comes behind it, and is not disturbed any more.
      await redis.hdel(record, "finishedOn");
      await redis.hset(record, "ats", 2);
      expect(await append(2, entry(2, 1))).toBe("appended");
      expect(await append(1, entry(1, 4))).toBe("closed");
      expect(await append(2, entry(2, 2))).toBe("appended");
      expect(await idsIn(redis)).toEqual(["1-1", "2-1", "2-2"]);
    }),
  );

  it("makes no stream for a task that is gone", () =>
    withRedis(async ({ redis }) => {
      const args = { jobId, attempt: 1, entries: [entry(1, 1)], drop: [] };
      expect(await appendOutput({ redis, keys }, args)).toBe("closed");
      expect(await redis.exists(output)).toBe(0);
    }));

  it("is refused by a Redis without memory as a whole, and tells so", () =>
    withOwnRedis(async ({ connect }) => {
      const redis = connect();
      await redis.hset(record, "ats", 1);
      const append = () =>
        appendOutput({ redis, keys }, { jobId, attempt: 1, entries: [entry(1, 1)], drop: [] });
      await redis.config("SET", "maxmemory", "1mb");
      await expect(append()).rejects.toThrow(/^OOM command not allowed/);
      await redis.config("SET", "maxmemory", "0");
      expect(await redis.exists(output)).toBe(0);
      expect(await append()).toBe("appended");
    }));

  it("is complete, in order, and all or nothing, wherever its connection breaks", () =>
    withOwnRedis(async ({ url, connect }) => {
      const admin = connect();
      await admin.hset(record, "ats", 1);
      const redis = openPersistentConnection(url, "appends", silent);
      const killing = { isOver: false };
      const killer = (async () => {
        while (!killing.isOver) {
          const [, id] = /id=(\d+) [^\n]*name=appends/.exec(String(await admin.client("LIST"))) ?? [];
          if (id) await admin.client("KILL", "ID", id).catch(() => {});
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      let breaks = 0;
      let number = 0;
      try {
        await waitFor(
          async () => {
            const entries = Array.from({ length: 8 }, () => entry(1, ++number, "x".repeat(60_000)));
            const args = { jobId, attempt: 1, entries, drop: [] };
            for (;;) {
              const answer = await appendOutput({ redis, keys }, args).catch(() => "cut");
              expect((await admin.xlen(output)) % 8).toBe(0);
              if (answer === "appended") break;
              breaks += 1;
            }
            return breaks >= 5;
          },
          { description: "it was cut off a few times" },
        );
      } finally {
        killing.isOver = true;
        await killer;
        redis.disconnect();
      }
      expect(await idsIn(admin)).toEqual(Array.from({ length: number }, (_, i) => `1-${i + 1}`));
    }));
});
