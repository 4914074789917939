import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { freePort, withFleet, withOwnRedis, withRedis, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { hasEscapes, runCli, withCli } from "./with-cli.ts";
import { command } from "./with-terminal.ts";

const verbs =
  "up submit run ls get logs cancel rerun wait callbacks redeliver workers doctor completion".split(" ");

describe("the command line", () => {
  it.each(verbs)("%s has a help of its own", async (verb) => {
    const { code, stdout } = await runCli([verb, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: host-runner ${verb}`));
    expect(stdout).toContain("--json");
  });

  it.each<[string[], string]>([
    [["lss"], "unknown command 'lss'\n(Did you mean ls?)"],
    [["ls", "--statos", "x"], "unknown option '--statos'\n(Did you mean --status?)"],
    [["ls", "--status", "done"], "Allowed choices are queued, running, success, failed, canceled."],
    [["ls", "--limit", "many"], "It must be a number from 1 to 1000000."],
    [["get"], "missing required argument 'task-id'"],
    [["get", "a", "b"], "too many arguments"],
    [["submit", "--metadata", "{", "x"], "It must be JSON"],
    [
      ["submit", "--metadata", '{"id":9007199254740993}', "x"],
      "id is a whole number beyond 2^53 - 1, where some are rounded: send it as a string.",
    ],
    [["submit", "--metadata", '{"a":1,"a":2}', "x"], "a stands more than once in its object: send it once."],
    [["submit", "--metadata", "1e400", "x"], "It is no number that can be kept"],
    [["submit", "--label", "x", "x"], "It must be name=value."],
    [["submit", "--timeout", "soon", "x"], "It must be a duration such as"],
    [["submit", "--file", "/nowhere", "x"], "a prompt and --file were given"],
    [["submit", "--file", "/nowhere"], "cannot read /nowhere"],
    [["submit", "--batch", "/nowhere"], "cannot read /nowhere"],
    [["cancel"], "name tasks by their ids, or by --run"],
    [["cancel", "a", "--run", "r"], "task ids and a filter were given"],
    [["wait"], "name task ids, or a run"],
    [["completion", "tcsh"], "there is a completion for bash, zsh, fish"],
    [
      ["ls", "--url", "ftp://x"],
      '--url must be an http or https URL without user, query and fragment, not "ftp://x"',
    ],
    [["ls", "--profile", "x"], 'profile "x" is not in'],
  ])("%j is wrong usage, told without a stack: %s", async (args, words) => {
    await withTempDir(async (HOME) => {
      const { code, stdout, stderr } = await runCli(args, { env: { HOME } });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(words);
      expect(stderr).toMatch(/^host-runner: /);
      expect(stderr).not.toMatch(/^ +at /m);
    });
  });

  it("without a verb shows its help", async () => {
    expect(await runCli([])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Usage: host-runner"),
    });
  });

  it("tells an API that is away, as JSON too, and what answers instead of one", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const [away, json] = await Promise.all([
      runCli(["ls"], { env: { HOST_RUNNER_URL: url } }),
      runCli(["get", "x", "--json", "--url", url]),
    ]);
    expect(away).toMatchObject({ code: 3, stdout: "" });
    expect(away.stderr).toContain("Start it with `host-runner up`");
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: "unreachable" } });
  });

  it("starts a verb by a link from anywhere", () =>
    withTempDir(async (dir) => {
      const link = join(dir, "host-runner");
      symlinkSync(command, link);
      expect(execFileSync(link, ["--help"], { cwd: dir, encoding: "utf8" })).toContain("Usage: host-runner");
    }));
});

const tokens = { HOST_RUNNER_API_TOKENS: "viewer:read:r3ad,bot:write:wr1te" };

describe("settings", () => {
  it("come from options before the environment, and from that before the configuration file", () =>
    withRedis(({ url: redisUrl, name: queue }) =>
      withFleet({ redisUrl, queue, workers: 0, env: tokens }, ({ url }) =>
        withTempDir(async (HOME) => {
          const path = join(HOME, ".config/host-runner/config.json");
          const away = `http://127.0.0.1:${await freePort()}`;
          const profiles = {
            night: { url, token: "wr1te" },
            viewer: { url, token_file: "viewer-token" },
            away: { url: away, token: "never-sent" },
          };
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, JSON.stringify({ profile: "night", profiles }), { mode: 0o600 });
          writeFileSync(join(dirname(path), "viewer-token"), "r3ad\n", { mode: 0o600 });
          const env = { HOME };
          expect(await runCli(["submit", "x"], { env })).toMatchObject({ code: 0, stderr: "" });
          const refused = await runCli(["submit", "x", "--profile", "viewer"], { env });
          expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("needs scope write") });
          const byVariable = await runCli(["submit", "x"], {
            env: { ...env, HOST_RUNNER_PROFILE: "viewer" },
          });
          expect(byVariable.code).toBe(1);
          // The environment before the file; a profile that is an option before the environment.
          const elsewhere = { ...env, HOST_RUNNER_URL: away };
          expect((await runCli(["ls"], { env: elsewhere })).code).toBe(3);
          expect((await runCli(["ls", "--profile", "viewer"], { env: elsewhere })).code).toBe(0);
          // A profile's token is for its own address.
          const other = await runCli(["ls", "--url", url, "--profile", "away"], { env });
          expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("a token is needed") });
          const secretFile = {
            ...env,
            HOST_RUNNER_URL: url,
            HOST_RUNNER_TOKEN_FILE: join(dirname(path), "viewer-token"),
          };
          expect((await runCli(["ls"], { env: secretFile })).code).toBe(0);

          chmodSync(path, 0o644);
          expect((await runCli(["ls"], { env })).stderr).toContain("others may read it: chmod 600");
          expect((await runCli(["ls", "--quiet"], { env })).stderr).toBe("");
          writeFileSync(path, '{"profiles": {"a": {"uri": "http://x"}}}');
          const bad = await runCli(["ls"], { env });
          expect(bad).toMatchObject({
            code: 2,
            stderr: expect.stringContaining("config.json cannot be used:"),
          });
          expect(bad.stderr).toContain('profiles.a: Unrecognized key: "uri"');
        }),
      ),
    ));

  it("name all that is wrong with the environment", async () => {
    const env = { HOST_RUNNER_URL: "localhost", HOST_RUNNER_TOKEN: "a b" };
    const { code, stderr } = await runCli(["ls"], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/HOST_RUNNER_URL must be [\s\S]*HOST_RUNNER_TOKEN must be /);
    expect(stderr).not.toContain("a b");
  });
});

describe("completion", () => {
  /** What bash would put in, after a line up to the cursor. */
  const completeInBash = (words: string[], env: Record<string, string>) => {
    const script = `host-runner() { "$NODE" "$COMMAND" "$@"; }
      eval "$(host-runner completion bash)"
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _host_runner; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const options = {
      encoding: "utf8" as const,
      env: { PATH: process.env.PATH, NODE: process.execPath, COMMAND: command, ...env },
    };
    return execFileSync("bash", ["--norc", "-c", script, "bash", ...words], options)
      .trim()
      .split("\n");
  };

  it("knows verbs, options, their values, and the tasks that are there", () =>
    withCli(async ({ cli, call, url }) => {
      await call("POST", "/tasks", { task_id: "build-7", prompt: "sleep 60" });
      await call("POST", "/tasks", { task_id: "build-8", prompt: "true" });
      await call("POST", "/tasks", { task_id: "$(touch hacked)", prompt: "true" });
      await cli(["wait", "build-8"]);
      const env = { HOST_RUNNER_URL: url };
      expect(completeInBash(["host-runner", "w"], env)).toEqual(["wait", "workers"]);
      expect(completeInBash(["host-runner", "ls", "--st"], env)).toEqual(["--status"]);
      expect(completeInBash(["host-runner", "ls", "--status", ""], env)).toContain("canceled");
      expect(completeInBash(["host-runner", "logs", "-f", ""], env)).toEqual(["build-8", "build-7"]);
      expect(completeInBash(["host-runner", "cancel", "b"], env)).toEqual(["build-7"]);
      expect(completeInBash(["host-runner", "completion", ""], env)).toEqual(["bash", "zsh", "fish"]);
      await cli(["cancel", "build-7"]);
    }));

  it("says nothing where the API is away", async () => {
    const env = { HOST_RUNNER_URL: `http://127.0.0.1:${await freePort()}` };
    expect(completeInBash(["host-runner", "logs", ""], env)).toEqual([""]);
  });
});

describe("doctor", () => {
  const findings = (stdout: string) =>
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split("\t").slice(0, 3).join(" | "));

  it("finds nothing to mend where everything is well", () =>
    withOwnRedis((redis) =>
      withFleet(
        {
          redisUrl: redis.url,
          queue: "tasks",
          workers: 1,
          env: { HOST_RUNNER_EXECUTOR: "shell", HOST_RUNNER_CMD_TEMPLATE: "echo {prompt}" },
        },
        ({ url }) =>
          withTempDir(async (HOME) => {
            const env = {
              HOME,
              HOST_RUNNER_URL: url,
              REDIS_URL: redis.url,
              HOST_RUNNER_CMD_TEMPLATE: "ls -- {prompt}",
            };
            const { code, stdout } = await runCli(["doctor"], { env });
            const text = findings(stdout).join("\n");
            expect(text).toMatch(/^ok \| Node \| 2\d/);
            expect(text).toMatch(/ok \| API \| answers at .* \(environment\) in \d+ ms/);
            expect(text).toContain("ok | Token | none is needed");
            expect(text).toContain("ok | Queue | takes writes");
            expect(text).toContain("ok | Callbacks | none has failed");
            expect(text).toMatch(/ok \| Workers \| 1 live, 0 of 4 slots are busy, executors: mock, shell/);
            expect(text).toMatch(/ok \| Redis \| \d+\.\d+\.\d+, maxmemory-policy noeviction/);
            expect(text).toMatch(/ok \| Redis \| \d+\.\d ms a round trip/);
            expect(text).toMatch(/ok \| Redis \| keeps an append-only file/);
            expect(text).toMatch(/ok \| Template \| would start "bash" "-c"/);
            expect(code).toBe(0);
            expect(hasEscapes(stdout)).toBe(false);
            const json = (await runCli(["doctor", "--json"], { env })).stdout
              .trim()
              .split("\n")
              .map((line) => JSON.parse(line));
            expect(json[0]).toMatchObject({ level: "ok", what: "Node" });
          }),
      ),
    ));

  it("names what is wrong and what to do, and changes nothing", () =>
    withRedis((redis) =>
      withFleet({ redisUrl: redis.url, queue: redis.name, workers: 0, env: tokens }, ({ url }) =>
        withTempDir(async (HOME) => {
          await redis.redis.config("SET", "maxmemory-policy", "allkeys-lru");
          const env = {
            HOME,
            HOST_RUNNER_URL: url,
            HOST_RUNNER_TOKEN: "r3ad",
            REDIS_URL: redis.url,
            HOST_RUNNER_CMD_TEMPLATE: 'no-such-agent "{prompt}',
          };
          const before = await redis.redis.dbsize();
          const { code, stdout } = await runCli(["doctor"], { env });
          await redis.redis.config("SET", "maxmemory-policy", "noeviction");
          expect(code).toBe(1);
          expect(await redis.redis.dbsize()).toBe(before);
          const text = findings(stdout).join("\n");
          expect(text).toContain("warning | Token | from environment: it may read alone");
          expect(text).toContain("problem | Workers | none lives: nothing runs");
          expect(text).toContain(
            "problem | Redis | Redis may evict tasks: its maxmemory-policy is allkeys-lru",
          );
          expect(text).toContain("warning | Redis | keeps no append-only file");
          expect(text).toMatch(/problem \| Template \| /);
          const unknown = (await runCli(["doctor"], { env: { ...env, HOST_RUNNER_TOKEN: "wrong" } })).stdout;
          expect(unknown).toContain(
            "problem\tToken\tfrom environment: the API does not know it\tset HOST_RUNNER_TOKEN",
          );
        }),
      ),
    ));

  it("tells of templates that a worker refuses, or that name what is not there", async () => {
    const tryTemplate = async (
      HOST_RUNNER_CMD_TEMPLATE: string,
      HOST_RUNNER_SHELL = "bash -c",
      HOST_RUNNER_TRUSTED_PROGRAMS = "",
    ) => {
      const settings = { HOST_RUNNER_CMD_TEMPLATE, HOST_RUNNER_SHELL, HOST_RUNNER_TRUSTED_PROGRAMS };
      const env = { ...settings, HOST_RUNNER_URL: "http://127.0.0.1:1" };
      const { stdout } = await runCli(["doctor"], { env });
      return findings(stdout)
        .filter((line) => line.includes("| Template |"))
        .join("\n");
    };
    // Side by side: each has some patience with the API, which is away.
    const tried = await Promise.all([
      tryTemplate("eval {prompt}"),
      tryTemplate("if true {prompt}"),
      tryTemplate("no-such-agent {prompt}", "none"),
      tryTemplate("no-such-agent {prompt}"),
      tryTemplate("ls"),
      tryTemplate("ls {prompt}"),
      tryTemplate("my-program --exec {prompt}"),
      tryTemplate("ls --exec {prompt}", "bash -c", "ls"),
    ]);
    expect(tried).toEqual([
      expect.stringMatching(/^problem .*evaluates it/),
      expect.stringMatching(/^problem .*bash cannot read it: .*syntax error/),
      expect.stringMatching(/^problem .*no-such-agent is not on PATH/),
      expect.stringMatching(/^ok .*\nwarning .*no-such-agent is not on PATH/),
      expect.stringMatching(/^ok .*\nwarning .*does not use the prompt/),
      expect.stringMatching(/^ok .*\nwarning .*\{prompt\} to ls where .* is taken for an option$/),
      expect.stringMatching(/^problem .*the value of my-program's option --exec/),
      expect.stringMatching(/^ok .*$/),
    ]);
  });

  it("warns where callers may have callbacks sent to private addresses", () =>
    withRedis(({ url: redisUrl, name: queue }) =>
      withFleet({ redisUrl, queue, workers: 1, env: tokens }, async ({ url }) => {
        const callbacks = async (more: Record<string, string>) => {
          const env = { HOST_RUNNER_URL: url, HOST_RUNNER_TOKEN: "wr1te", ...more };
          const { code, stdout } = await runCli(["doctor"], { env });
          expect(code).toBe(0);
          return findings(stdout).filter((line) => line.includes("| Callbacks |"));
        };
        const ok = "ok | Callbacks | none has failed";
        expect(await callbacks({})).toEqual([ok]);
        expect(await callbacks(tokens)).toEqual([
          ok,
          expect.stringMatching(/^warning .* 2 callers share the API, and .* unless it is at the workers/),
        ]);
        const other = { HOST_RUNNER_HOST: "0.0.0.0" };
        expect(await callbacks(other)).toEqual([
          ok,
          expect.stringMatching(/^warning .* the API is at 0\.0\.0\.0, beyond loopback/),
        ]);
        expect(await callbacks({ ...tokens, ...other, HOST_RUNNER_CALLBACK_DENY_PRIVATE: "true" })).toEqual([
          ok,
        ]);
      }),
    ));

  it("looks on where the API is away or the environment is wrong", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const away = await runCli(["doctor"], { env: { HOST_RUNNER_URL: url, HOST_RUNNER_CONCURENCY: "3" } });
    expect(away.code).toBe(1);
    expect(away.stdout).toContain(`problem\tAPI\tcannot reach ${url}: nothing listens there`);
    expect(away.stdout).toContain("did you mean HOST_RUNNER_CONCURRENCY?");
    const wrong = await runCli(["doctor"], { env: { HOST_RUNNER_PORT: "many" } });
    expect(wrong.stdout).toContain("problem\tEnvironment\tHOST_RUNNER_PORT must be a port number");
    expect(wrong.stdout).toContain("skipped\tAPI");
  });
});
