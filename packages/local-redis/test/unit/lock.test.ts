import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { type Lock, tryLock, waitForLock } from "../../src/lock.ts";
import { identifyProcess } from "../../src/process-identity.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "host-runner-test-"));
  path = join(dir, "lock");
});
afterEach(() => rmSync(dir, { recursive: true }));

it("is had by one, and tells the others by whom", () => {
  const lock = tryLock(path) as Lock;
  expect(tryLock(path)).toEqual({ holder: identifyProcess(process.pid) });
  lock.release();
  lock.release();
  (tryLock(path) as Lock).release();
  expect(existsSync(path)).toBe(false);
});

it("is free again once its holder has ended", () => {
  const { pid } = spawnSync("true");
  symlinkSync(`${pid}@1`, path);
  expect(tryLock(path)).toHaveProperty("release");
});

it("is free where its holder's process id is now another's", () => {
  symlinkSync(`${process.pid}@1`, path);
  expect(tryLock(path)).toHaveProperty("release");
});

it("lets the next one in when it is released", async () => {
  const lock = tryLock(path) as Lock;
  let holder: string | undefined;
  const waiting = waitForLock(path, (name) => {
    holder = name;
    lock.release();
  });
  (await waiting).release();
  expect(holder).toBe(identifyProcess(process.pid));
});
