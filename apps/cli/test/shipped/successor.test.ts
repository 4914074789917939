import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findProcesses, waitFor, withFleet, withRedis, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { shellEnv } from "../e2e/with-cli.ts";
import { withShipped } from "./with-shipped.ts";

/** A duration that no other sleep on this machine has. */
const seconds = String(50_000 + process.pid / 100_000);
const sleepers = () => findProcesses(seconds).filter(({ command }) => command === `sleep ${seconds}`);

/** The helper and the keepers of the worker with this folder, the helper first. */
function keepersOf(folder: string): number[] {
  const { pipes } = JSON.parse(readFileSync(join(folder, "worker"), "utf8")) as { pipes: string };
  const found = findProcesses(pipes).filter(({ command }) => command.startsWith("host-runner "));
  return found.sort((a, b) => a.command.localeCompare(b.command)).map(({ pid }) => pid);
}

describe("a worker", () => {
  it("finds what a dead one left under another TMPDIR, though its helper and keepers are dead too", () =>
    withShipped(({ main }) =>
      withTempDir((dir) =>
        withRedis(({ url: redisUrl, name }) => {
          const [one = "", other = "", runtimeDir = ""] = ["one", "other", "runtime"].map((name) => {
            mkdirSync(join(dir, name), { mode: 0o700 });
            return join(dir, name);
          });
          const env = { ...shellEnv, HOST_RUNNER_STATE_DIR: undefined, XDG_RUNTIME_DIR: runtimeDir };
          const fleet = { redisUrl, queue: name, workers: 0, program: main, env };
          return withFleet(fleet, async ({ call, startWorker }) => {
            const worker = await startWorker({ TMPDIR: one });
            await call("POST", "/tasks", { prompt: `setsid sleep ${seconds} & sleep ${seconds}` });
            await waitFor(() => sleepers().length === 2, { description: "the command runs" });
            const stateDir = join(runtimeDir, "host-runner");
            const [left = ""] = readdirSync(stateDir);
            for (const pid of [...keepersOf(join(stateDir, left)), worker.pid]) process.kill(pid, "SIGKILL");
            await worker.exit;
            expect(sleepers()).toHaveLength(2);
            await startWorker({ TMPDIR: other });
            expect(sleepers()).toEqual([]);
            expect(readdirSync(stateDir)).not.toContain(left);
            expect([...readdirSync(one), ...readdirSync(other)]).toEqual([]);
          });
        }),
      ),
    ));
});
