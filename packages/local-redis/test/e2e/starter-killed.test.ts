import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { identifyProcess, isRunning } from "../../src/process-identity.ts";

const fixture = new URL("../fixtures/starter.mjs", import.meta.url).pathname;

it("ends with its killed starter, once the children that hold its lifeline are gone too", async () => {
  const dir = mkdtempSync(join(tmpdir(), "host-runner-test-"));
  const starter = spawn(process.execPath, [fixture, dir], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(starter.stdout, "data")) as [Buffer];
  const pids = JSON.parse(line.toString()) as { redis: number; keeper: number };
  const redis = identifyProcess(pids.redis);

  starter.kill("SIGKILL");
  await once(starter, "exit");
  expect(isRunning(redis)).toBe(true);

  process.kill(pids.keeper, "SIGKILL");
  while (isRunning(redis)) await delay(10);
  rmSync(dir, { recursive: true });
});
