import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { LocalRedisError, type LocalRedisOptions, startLocalRedis } from "../../src/index.ts";
import { identifyProcess, isRunning } from "../../src/process-identity.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "host-runner-test-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function withServer<T>(options: LocalRedisOptions, body: (redis: Redis, url: string) => Promise<T>) {
  const server = await startLocalRedis(options);
  const redis = new Redis(toOptions(server.url));
  try {
    return await body(redis, server.url);
  } finally {
    redis.disconnect();
    await server.stop();
  }
}

function toOptions(url: string) {
  const { protocol, pathname, port, password } = new URL(url);
  return protocol === "redis+unix:"
    ? { path: decodeURIComponent(pathname) }
    : { port: Number(port), password };
}

const keep = (folder: string): LocalRedisOptions => ({ persistence: "append-only", dir: folder });

it("keeps its data, acknowledges nothing it cannot keep, and is private", async () => {
  await withServer(keep(dir), async (redis, url) => {
    await redis.set("key", "value");
    const config = await redis.config("GET", "append*", "maxmemory-policy", "save", "port", "protected-mode");
    expect(config).toEqual(expect.arrayContaining(["appendonly", "yes", "appendfsync", "everysec"]));
    expect(config).toEqual(
      expect.arrayContaining(["maxmemory-policy", "noeviction", "port", "0", "save", ""]),
    );
    expect(url).toBe(`redis+unix://${dir}/redis.sock`);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });
  await withServer(keep(dir), async (redis) => expect(await redis.get("key")).toBe("value"));
});

it("takes folders with blanks, quotes and letters of any script", async () => {
  const strange = join(dir, `a "b" 'c' \\ äöü 漢字 #%?`);
  await withServer(keep(strange), async (redis) => expect(await redis.ping()).toBe("PONG"));
  expect(readdirSync(strange)).toContain("appendonlydir");
});

it("listens on a loopback port behind a password where the path is too long for a socket", async () => {
  const long = join(dir, "x".repeat(100));
  const [first, second] = [
    await withServer(keep(long), async (redis, url) => {
      const stranger = new Redis({ port: redis.options.port as number, maxRetriesPerRequest: 0 });
      stranger.on("error", () => {});
      await expect(stranger.ping()).rejects.toThrow("NOAUTH");
      stranger.disconnect();
      expect((await redis.config("GET", "bind")) as string[]).toEqual(["bind", "127.0.0.1"]);
      return url;
    }),
    await withServer(keep(long), async (_redis, url) => url),
  ];
  expect(second).toBe(first);
  expect(first).toMatch(/^redis:\/\/:[0-9a-f]{48}@127\.0\.0\.1:\d+$/);
});

it("leaves nothing of a server without persistence", async () => {
  const path = await withServer({ persistence: "none" }, async (redis) => redis.options.path as string);
  expect(existsSync(dirname(path))).toBe(false);
});

it("refuses a folder that another one uses, naming the process", async () => {
  await withServer(keep(dir), async () => {
    const second = startLocalRedis(keep(dir));
    await expect(second).rejects.toMatchObject({ code: "in_use" });
    await expect(second).rejects.toThrow(`process ${process.pid} already has a Redis on ${dir}`);
  });
});

it("tells how it ended when somebody ends it, and frees the folder", async () => {
  const server = await startLocalRedis(keep(dir));
  process.kill(server.pid!, "SIGKILL");
  expect(await server.ended).toBe("it was ended by SIGKILL");
  await withServer(keep(dir), async (redis) => expect(await redis.ping()).toBe("PONG"));
});

it("replaces a server that an earlier start left behind", async () => {
  // What a starter and its guard leave that were both killed.
  const pidFile = join(dir, "redis.pid");
  const socket = ["--port", "0", "--unixsocket", join(dir, "redis.sock")];
  const args = [...socket, "--pidfile", pidFile, "--dir", dir, "--appendonly", "yes", "--save", ""];
  const orphan = spawn("redis-server", args, { detached: true, stdio: "ignore" });
  const identity = identifyProcess(orphan.pid!);
  while (!existsSync(pidFile)) await delay(5);
  const told: string[] = [];
  await withServer({ ...keep(dir), log: (line) => told.push(line) }, async (redis) => {
    expect(await redis.ping()).toBe("PONG");
    expect(isRunning(identity)).toBe(false);
  });
  expect(told[0]).toContain(`A Redis of an earlier start (process ${orphan.pid}) still runs in ${dir}`);
});

it("touches no other process that has the process id of an earlier server by now", async () => {
  const other = spawn("sleep", ["600"], { stdio: "ignore" });
  const identity = identifyProcess(other.pid!);
  writeFileSync(join(dir, "redis.pid"), `${other.pid}\n`);
  await withServer(keep(dir), async () => expect(isRunning(identity)).toBe(true));
  other.kill("SIGKILL");
});

it("shows the log and what to do where the append-only file is damaged", async () => {
  await withServer(keep(dir), async (redis) => void (await redis.set("key", "value")));
  const file = readdirSync(join(dir, "appendonlydir")).find((name) => name.endsWith(".incr.aof"))!;
  writeFileSync(join(dir, "appendonlydir", file), "this is no command\r\n");
  const failed = (await startLocalRedis(keep(dir)).catch((error) => error)) as LocalRedisError;
  expect(failed).toBeInstanceOf(LocalRedisError);
  expect(failed.code).toBe("start_failed");
  expect(failed.message).toMatch(/Bad file format[\s\S]*redis-check-aof --fix/);
});

it("starts on an append-only file whose last write was cut off", async () => {
  await withServer(keep(dir), async (redis) => void (await redis.set("key", "value")));
  const file = readdirSync(join(dir, "appendonlydir")).find((name) => name.endsWith(".incr.aof"))!;
  writeFileSync(join(dir, "appendonlydir", file), "*3\r\n$3\r\nSET\r\n$3\r\nke", { flag: "a" });
  await withServer(keep(dir), async (redis) => expect(await redis.get("key")).toBe("value"));
});

it("says what it needs where the folder cannot be made", async () => {
  writeFileSync(join(dir, "file"), "");
  await expect(startLocalRedis(keep(join(dir, "file", "sub")))).rejects.toThrow(/needs the folder .*ENOTDIR/);
});
