import { chownSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { freePort, withFleet, withProgram, withRedis, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { runCli, shellEnv } from "../e2e/with-cli.ts";
import { asNobody, isRoot, letEverybodyIn, NOBODY, withShipped } from "./with-shipped.ts";

/** A folder that the user without a name may write to. */
const withFolderOfNobody = <T>(body: (folder: string) => Promise<T>) =>
  withTempDir((folder) => {
    chownSync(folder, NOBODY, NOBODY);
    return body(folder);
  });

const noHome = { HOME: undefined };

(isRoot ? describe : describe.skip)("a user without a passwd entry and without HOME", () => {
  it("runs tasks, whose commands get a HOME", () =>
    withShipped(({ main, cli: [node = "", cli = ""] }) =>
      withFolderOfNobody((runtimeDir) =>
        withRedis(({ url: redisUrl, name }) => {
          letEverybodyIn(redisUrl);
          // What systemd gives to a user who has logged in.
          const place = { HOST_RUNNER_STATE_DIR: undefined, XDG_RUNTIME_DIR: runtimeDir };
          const fleet = { redisUrl, queue: name, workers: 1, program: main, launcher: asNobody };
          const env = { ...shellEnv, ...noHome, ...place };
          return withFleet({ ...fleet, env }, async ({ url, workers: [worker] }) => {
            const here = { command: [...asNobody, node, cli], env: { ...noHome, HOST_RUNNER_URL: url } };
            const script = 'id -u; echo "$HOME"; touch ~/file';
            const { code, stdout, stderr } = await runCli(["run", script], here);
            expect({ code, stderr }).toMatchObject({ code: 0 });
            const [uid, home = ""] = stdout.trim().split("\n");
            expect(uid).toBe(String(NOBODY));
            expect(home.startsWith(join(runtimeDir, "host-runner/"))).toBe(true);
            expect(statSync(home)).toMatchObject({ uid: NOBODY, mode: 0o40700 });
            expect(readdirSync(home)).toEqual(["file"]);
            expect((await runCli(["run", "echo again"], here)).code).toBe(0);
            expect(worker!.log().match(/HOME is not set/g)).toHaveLength(1);
            worker!.child.kill("SIGTERM");
            expect(await worker!.exit).toEqual({ code: 0, signal: null });
            expect(existsSync(home)).toBe(false);
          });
        }),
      ),
    ));

  it("starts everything with `up`", () =>
    withShipped(({ main }) =>
      withFolderOfNobody(async (cwd) => {
        const [command = "", ...args] = [...asNobody, process.execPath, main("cli"), "up"];
        const env = { ...noHome, HOST_RUNNER_PORT: String(await freePort()) };
        await withProgram({ command, args, cwd, env }, async ({ child, waitForOutput, exit }) => {
          await waitForOutput(/a second one ends it at once/);
          child.kill("SIGTERM");
          expect(await exit).toEqual({ code: 0, signal: null });
        });
      }),
    ));

  it("is told by `up` what to install where there is no Redis, with and without a HOME", () =>
    withShipped(({ main }) =>
      withFolderOfNobody(async (cwd) => {
        const nothing = join(cwd, "nothing");
        mkdirSync(nothing);
        // Found before PATH is taken away.
        const launcher = ["/usr/bin/env", "PATH=/usr/bin:/bin", ...asNobody, "env", `PATH=${nothing}`];
        const [command = "", ...args] = [...launcher, process.execPath, main("cli"), "up"];
        const port = { HOST_RUNNER_PORT: String(await freePort()) };
        for (const [home, words] of [
          [{ HOME: undefined }, "Docker's client does not start: "],
          [{ HOME: cwd }, "no Docker engine answers"],
        ] as const) {
          const env = { ...port, ...home };
          await withProgram({ command, args, cwd, env }, async ({ exit, stderr }) => {
            expect(await exit).toEqual({ code: 1, signal: null });
            expect(stderr()).toContain(words);
            expect(stderr()).toContain("sudo apt-get install redis-server");
          });
        }
      }),
    ));

  it("is told where the worker may not make its state folder, by the worker and by `doctor`", () =>
    withShipped(({ main, cli, folder }) =>
      withRedis(async ({ url }) => {
        letEverybodyIn(url);
        const env = {
          ...shellEnv,
          ...noHome,
          REDIS_URL: url,
          HOST_RUNNER_STATE_DIR: join(folder, "a/state"),
        };
        const problem = `${folder}/a/state cannot be made: this user may not write to ${folder}`;
        const [command = "", ...args] = [...asNobody, process.execPath, main("worker")];
        await withProgram({ command, args, env }, async ({ exit, stdout }) => {
          expect(await exit).toEqual({ code: 1, signal: null });
          expect(stdout()).toContain(problem);
        });
        const here = { command: [...asNobody, ...cli], env };
        const api = `http://127.0.0.1:${await freePort()}`;
        const { stdout } = await runCli(["doctor", "--url", api], here);
        expect(stdout).toContain(`problem\tState folder\t${problem}`);
      }),
    ));

  it("has no configuration file, and is told so where it asks for a profile", () =>
    withShipped(
      async ({ cli }) => {
        const here = { command: [...asNobody, ...cli], env: noHome };
        const url = `http://127.0.0.1:${await freePort()}`;
        expect(await runCli(["ls", "--url", url], here)).toMatchObject({ code: 3 });
        const profile = await runCli(["ls", "--profile", "night"], here);
        expect(profile.code).toBe(2);
        expect(profile.stderr).toContain("this user has no home folder. Set HOME or XDG_CONFIG_HOME");
        const { stdout } = await runCli(["doctor", "--url", url], here);
        expect(stdout).toContain("ok\tConfiguration\tnone (this user has no home folder: HOME is not set)");
      },
      ["cli"],
    ));
});
