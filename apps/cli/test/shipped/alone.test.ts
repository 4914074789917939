import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Task } from "@host-runner/contracts";
import { freePort, withFleet, withProgram, withRedis, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { runCli, shellEnv } from "../e2e/with-cli.ts";
import { CTRL_C, withTerminal } from "../e2e/with-terminal.ts";
import { withShipped } from "./with-shipped.ts";

describe("programs that were copied to an empty folder", () => {
  it("run tasks, which the command line submits and reads", () =>
    withShipped(({ main, cli: command }) =>
      withRedis(({ url: redisUrl, name }) =>
        withFleet({ redisUrl, queue: name, workers: 1, program: main, env: shellEnv }, async ({ url }) => {
          const env = { HOST_RUNNER_URL: url };
          const cli = (...args: string[]) => runCli(args, { command, env });
          const mock = await cli("run", "--executor", "mock", "--id", "m", "hello");
          expect(mock).toMatchObject({ code: 0, stdout: "hello" });
          const failing = await cli("run", "--id", "s", "echo out; echo err >&2; exit 7");
          expect(failing).toMatchObject({ code: 7, stdout: "out\n" });
          expect(failing.stderr).toContain("err\n");
          expect((await cli("logs", "m")).stdout).toBe("hello");
          const task = JSON.parse((await cli("get", "s", "--json")).stdout) as Task;
          expect(task).toMatchObject({ status: "failed", exit_code: 7, executor: "shell" });
          expect((await cli("ls")).stdout).toContain("m\t");
        }),
      ),
    ));

  it("show people readable lines on a terminal", () =>
    withShipped(({ main, cli }) =>
      withRedis(async ({ url, name }) => {
        const port = String(await freePort());
        const env = { REDIS_URL: url, HOST_RUNNER_QUEUE: name, HOST_RUNNER_PORT: port };
        const command = (app: "api" | "worker") => [process.execPath, main(app)];
        await withTerminal([], { command: command("api"), env, columns: 120 }, (api) =>
          withTerminal([], { command: command("worker"), env, columns: 120 }, async (worker) => {
            await api.waitForScreen(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: listening on http/m);
            await worker.waitForScreen(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: taking tasks: 4 slots/m);
            const there = { command: cli, env: { HOST_RUNNER_URL: `http://127.0.0.1:${port}` } };
            await withTerminal(["run", "hello"], there, async ({ screen, exit }) => {
              expect(await exit).toMatchObject({ exitCode: 0 });
              expect(screen().join("\n")).toContain("hello");
            });
            await worker.waitForScreen(/INFO: task ended: mock execution completed/);
            worker.type(CTRL_C);
            expect(await worker.exit).toMatchObject({ exitCode: 0 });
            api.type(CTRL_C);
            expect(await api.exit).toMatchObject({ exitCode: 0 });
            expect(worker.raw() + api.raw()).not.toContain('{"level"');
          }),
        );
      }),
    ));

  it("serve the dashboard and the docs with everything that the pages load", () =>
    withShipped(({ main }) =>
      withRedis(({ url: redisUrl, name }) =>
        withFleet({ redisUrl, queue: name, workers: 0, program: main }, async ({ url }) => {
          for (const page of ["/dashboard/", "/docs"]) {
            const parts = await partsOf(url, page);
            expect(parts.length).toBeGreaterThan(2);
            for (const part of parts) await expectServed(new URL(part, `${url}${page}`));
          }
          // The dashboard's scripts load others, texts and images later.
          const files = readdirSync(dashboardFiles, { recursive: true, withFileTypes: true });
          for (const file of files.filter((entry) => entry.isFile())) {
            const path = join(file.parentPath, file.name);
            const served = await expectServed(
              new URL(`/dashboard/static${path.slice(dashboardFiles.length)}`, url),
            );
            expect(served.equals(readFileSync(path))).toBe(true);
          }
          expect(await (await fetch(`${url}/dashboard/api/queues`)).json()).toMatchObject({ queues: [{}] });
          const description = await (await fetch(`${url}/openapi.json`)).json();
          expect(description).toMatchObject({ info: { version: expect.stringMatching(/^\d+\.\d+\.\d+$/) } });
        }),
      ),
    ));
});

const dashboardFiles = fileURLToPath(
  new URL("../../../api/node_modules/@bull-board/ui/dist/static", import.meta.url),
);

/** What a page names as its parts, but for those of other sites, which the browser may not load. */
async function partsOf(url: string, page: string): Promise<string[]> {
  const html = await (await fetch(url + page)).text();
  // A page that sets its own base says so with an absolute path.
  const base = /<base href="([^"]+)"/.exec(html)?.[1] ?? "";
  return [...html.matchAll(/(?:src|href)="([^"]+)"/g)]
    .map(([, part]) => part!)
    .filter((part) => !/^(?:data:|https?:)/.test(part) && part !== base)
    .map((part) => (base && !part.startsWith("/") ? base + part : part));
}

async function expectServed(url: URL): Promise<Buffer> {
  const response = await fetch(url);
  expect({ path: url.pathname, status: response.status }).toEqual({ path: url.pathname, status: 200 });
  return Buffer.from(await response.arrayBuffer());
}

describe("the command line that was copied to an empty folder", () => {
  it("starts everything with `up` on a terminal, from the folders beside its own", () =>
    withShipped(({ cli: command, folder }) =>
      withTempDir(async (cwd) => {
        const env = { HOST_RUNNER_PORT: String(await freePort()) };
        await withTerminal(["up"], { command, cwd, env, columns: 120, rows: 60 }, async (terminal) => {
          await terminal.waitForScreen(/success +mock execution completed/);
          await terminal.waitForScreen(/a second one ends it at once/);
          expect(readdirSync(cwd)).toEqual([".host-runner"]);
          terminal.type(CTRL_C);
          expect(await terminal.exit).toMatchObject({ exitCode: 0 });
        });
        expect(readdirSync(folder).sort()).toEqual(["api", "cli", "worker"]);
      }),
    ));

  it("says what is missing where `up` finds no programs beside it", () =>
    withShipped(
      ({ cli: [command = "", ...args], folder }) =>
        withProgram({ command, args: [...args, "up"], cwd: folder }, async ({ exit, stderr }) => {
          expect(await exit).toEqual({ code: 1, signal: null });
          expect(stderr()).toContain(`there is no ${join(folder, "api/main.js")}`);
          expect(stderr()).toContain("copy apps/api/dist of a build");
          expect(readdirSync(folder)).toEqual(["cli"]);
        }),
      ["cli"],
    ));

  it("examines Redis and a template with `doctor`", () =>
    withShipped(
      ({ cli: command }) =>
        withRedis(({ url }) =>
          withTempDir(async (dir) => {
            const env = {
              REDIS_URL: url,
              HOST_RUNNER_URL: `http://127.0.0.1:${await freePort()}`,
              HOST_RUNNER_CMD_TEMPLATE: "ls -- {prompt}",
              HOST_RUNNER_STATE_DIR: join(dir, "state"),
            };
            const { stdout } = await runCli(["doctor"], { command, env });
            expect(stdout).toMatch(/^ok\tRedis\t\d/m);
            expect(stdout).toMatch(/^ok\tTemplate\twould start "bash" "-c"/m);
            expect(stdout).toContain(`ok\tState folder\t${dir}/state (HOST_RUNNER_STATE_DIR)`);
            expect(readdirSync(dir)).toEqual([]);
          }),
        ),
      ["cli"],
    ));
});
