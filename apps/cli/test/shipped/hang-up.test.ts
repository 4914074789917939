import { freePort, withFleet, withProgram, withRedis, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { runCli, shellEnv } from "../e2e/with-cli.ts";
import { withTerminal } from "../e2e/with-terminal.ts";
import { withShipped } from "./with-shipped.ts";

const stoppedInOrder = { code: 0, signal: null };

describe("SIGHUP", () => {
  it("does not end an API and a worker that were started with nohup", () =>
    withShipped(({ main, cli: command }) =>
      withRedis(({ url: redisUrl, name }) =>
        withFleet(
          { redisUrl, queue: name, workers: 1, program: main, launcher: ["nohup"] },
          async ({ url, api, workers: [worker] }) => {
            for (const { child } of [api, worker!]) child.kill("SIGHUP");
            const run = await runCli(["run", "hello"], { command, env: { HOST_RUNNER_URL: url } });
            expect(run).toMatchObject({ code: 0, stdout: "hello" });
            for (const { child, exit } of [worker!, api]) {
              child.kill("SIGTERM");
              expect(await exit).toEqual(stoppedInOrder);
            }
          },
        ),
      ),
    ));

  it("does not end `up` that was started with nohup", () =>
    withShipped(({ cli }) =>
      withTempDir(async (cwd) => {
        const port = await freePort();
        const env = { HOST_RUNNER_PORT: String(port) };
        const options = { command: "nohup", args: [...cli, "up"], cwd, env };
        await withProgram(options, async ({ child, waitForOutput, exit, stdout }) => {
          await waitForOutput(/a second one ends it at once/);
          child.kill("SIGHUP");
          child.kill("SIGTERM");
          expect(await exit).toEqual(stoppedInOrder);
          expect(stdout()).not.toContain("SIGHUP");
        });
      }),
    ));

  it("does not end a command line that was started with nohup and follows a task", () =>
    withShipped(({ main, cli }) =>
      withRedis(({ url: redisUrl, name: queue }) =>
        withFleet({ redisUrl, queue, workers: 1, program: main, env: shellEnv }, async ({ url, call }) => {
          await call("POST", "/tasks", { task_id: "t", prompt: "echo begun; sleep 1000" });
          const env = { HOST_RUNNER_URL: url };
          const options = { command: "nohup", args: [...cli, "logs", "--follow", "t"], env };
          await withProgram(options, async ({ child, waitForOutput, exit }) => {
            await waitForOutput(/begun/);
            child.kill("SIGHUP");
            await call("POST", "/tasks/t/cancel");
            expect(await exit).toEqual({ code: 0, signal: null });
          });
        }),
      ),
    ));

  it("stops a worker in order whose terminal is closed", () =>
    withShipped(({ main }) =>
      withRedis(async ({ url, name }) => {
        const env = { REDIS_URL: url, HOST_RUNNER_QUEUE: name };
        const command = [process.execPath, main("worker")];
        await withTerminal([], { command, env }, async ({ waitForScreen, hangUp, exit, raw }) => {
          await waitForScreen(/taking tasks/);
          hangUp();
          expect(await exit).toMatchObject({ exitCode: 0 });
          expect(raw()).toContain("stopping: SIGHUP");
        });
      }),
    ));
});
