import { waitFor, withRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { openPersistentConnection, openRequestConnection } from "../../src/connection.ts";

const silent = { info() {}, warn() {}, error() {} };

describe.each([
  ["asks for somebody", (url: string) => openRequestConnection(url, silent)],
  ["gets things done", (url: string) => openPersistentConnection(url, "test", silent)],
])("a connection that %s", (_, open) => {
  it("sends what comes together in its order, text and bytes", () =>
    withRedis(async ({ url, redis }) => {
      const connection = open(url);
      await waitFor(() => connection.status === "ready", { description: "it is connected" });
      const values = Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? Buffer.from(`${i}`) : `${i}`));
      await Promise.all(values.map((value) => connection.rpush("list", value)));
      expect(await redis.lrange("list", 0, -1)).toEqual(values.map(String));
      connection.disconnect();
    }));

  it("still sends what was asked for right before it is closed", () =>
    withRedis(async ({ url, redis }) => {
      const connection = open(url);
      await waitFor(() => connection.status === "ready", { description: "it is connected" });
      connection.set("last", "word").catch(() => {});
      connection.disconnect();
      await waitFor(async () => (await redis.get("last")) === "word", { description: "it has arrived" });
    }));
});
