import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Program, waitFor, withProgram, withTempDir } from "@host-runner/testing";
import { expect, it } from "@jest/globals";

const fixture = fileURLToPath(new URL("../fixtures/service.mjs", import.meta.url));

interface Run extends Program {
  /** What the service did, in order. */
  journal: () => string[];
  noted: (line: string) => Promise<unknown>;
  lines: () => Record<string, unknown>[];
}

async function run(behaviour: string, body: (run: Run) => Promise<void>, env: Record<string, string> = {}) {
  await withTempDir(async (dir) => {
    const file = `${dir}/journal`;
    const journal = () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
    const options = {
      command: process.execPath,
      args: [fixture, behaviour, file],
      env: { REDIS_URL: "redis://unused", ...env },
    };
    await withProgram(options, (program) =>
      body({
        ...program,
        journal,
        noted: (line) => waitFor(() => journal().includes(line), { description: `"${line}" in the journal` }),
        lines: () =>
          program
            .stdout()
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line)),
      }),
    );
  });
}

const exited = (code: number) => ({ code, signal: null });

it.each(["SIGTERM", "SIGINT"] as const)("stops in order on %s, with exit code 0", async (signal) => {
  await run("runs", async ({ child, noted, exit, journal, lines }) => {
    await noted("started");
    child.kill(signal);
    expect(await exit).toEqual(exited(0));
    expect(journal()).toEqual(["started", "stopping", "stopped"]);
    expect(lines().map(({ msg }) => msg)).toEqual(["started", `stopping: ${signal}`, "stopped"]);
  });
});

it("goes on after SIGHUP without a terminal, as nohup asks for", async () => {
  await run("runs", async ({ child, noted, exit, journal, lines }) => {
    await noted("started");
    child.kill("SIGHUP");
    child.kill("SIGTERM");
    expect(await exit).toEqual(exited(0));
    expect(journal()).toEqual(["started", "stopping", "stopped"]);
    expect(lines().map(({ msg }) => msg)).toContain("stopping: SIGTERM");
  });
});

it("logs an error without the command that failed, whose arguments have passwords and prompts", async () => {
  await run("fails-at-redis", async ({ child, noted, exit, stdout, lines }) => {
    await noted("started");
    child.kill("SIGTERM");
    await exit;
    expect(lines().filter(({ level }) => level === "warn")).toHaveLength(3);
    expect(stdout()).toContain("WRONGPASS");
    expect(stdout()).not.toContain("s3cret");
  });
});

it("logs JSON lines with its name to a pipe, and no secret", async () => {
  await run("runs", async ({ child, noted, exit, stdout, lines }) => {
    await noted("started");
    child.kill("SIGTERM");
    await exit;
    expect(lines()[0]).toMatchObject({ level: "info", process: "fixture", queue: "tasks", msg: "started" });
    expect(stdout()).not.toContain("s3cret");
  });
});

it("hurries its stop on the second signal", async () => {
  await run("drains", async ({ child, noted, exit, journal }) => {
    await noted("started");
    child.kill("SIGTERM");
    await noted("stopping");
    child.kill("SIGTERM");
    expect(await exit).toEqual(exited(0));
    expect(journal()).toEqual(["started", "stopping", "hurried", "stopped"]);
  });
});

it("ends a stop that takes longer than its bound, with exit code 1", async () => {
  await run("hangs-on-stop", async ({ child, noted, exit, stdout }) => {
    await noted("started");
    child.kill("SIGTERM");
    expect(await exit).toEqual(exited(1));
    expect(stdout()).toContain("not stopped after 0.2 s");
  });
});

it("can be stopped while it waits in its start", async () => {
  await run("waits-in-start", async ({ child, noted, exit }) => {
    await noted("starting");
    child.kill("SIGTERM");
    expect(await exit).toEqual(exited(0));
  });
});

it("says in one line why it refuses to start", async () => {
  await run("refuses", async ({ exit, lines }) => {
    expect(await exit).toEqual(exited(1));
    expect(lines()).toMatchObject([{ level: "fatal", msg: "the template is unusable" }]);
    expect(lines()[0]).not.toHaveProperty("err");
  });
});

it("shows the stack of a fault of its own", async () => {
  await run("has-a-bug", async ({ exit, lines }) => {
    expect(await exit).toEqual(exited(1));
    expect(lines()).toMatchObject([{ level: "fatal", err: { type: "TypeError" } }]);
  });
});

it("stops in order when it fails, with exit code 1", async () => {
  await run("fails", async ({ exit, journal, lines }) => {
    expect(await exit).toEqual(exited(1));
    expect(journal()).toEqual(["started", "stopping", "stopped"]);
    expect(lines()).toContainEqual(expect.objectContaining({ level: "fatal", msg: "gone" }));
  });
});

it("logs an exception that nobody caught, and exits with code 1", async () => {
  await run("throws-later", async ({ exit, lines }) => {
    expect(await exit).toEqual(exited(1));
    expect(lines().at(-1)).toMatchObject({ level: "fatal", msg: "uncaught exception" });
  });
});

it("lists what is wrong with the environment, on stderr and without a stack", async () => {
  const env = { REDIS_URL: "http://x", HOST_RUNNER_QUEUE: "no queue" };
  await run(
    "runs",
    async ({ exit, stderr, journal }) => {
      expect(await exit).toEqual(exited(1));
      expect(stderr()).toMatch(
        /2 problem\(s\):\n {2}REDIS_URL must be .*\n {2}HOST_RUNNER_QUEUE must be .*\n$/,
      );
      expect(journal()).toEqual([]);
    },
    env,
  );
});

it("warns of a variable that nobody reads", async () => {
  await run(
    "refuses",
    async ({ exit, stdout }) => {
      await exit;
      expect(stdout()).toContain("HOST_RUNNER_QUEU is no setting of host-runner");
    },
    { HOST_RUNNER_QUEU: "x" },
  );
});

it("stops when the process that started it is gone, though nobody reads its log any more", async () => {
  await withTempDir(async (dir) => {
    const journal = `${dir}/journal`;
    // A parent with an IPC channel, which is killed.
    const script = `
      import { spawn } from "node:child_process";
      const args = ${JSON.stringify([fixture, "runs", journal])};
      const env = { ...process.env, REDIS_URL: "redis://unused" };
      spawn(process.execPath, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe", "ipc"] });`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
    const contains = (line: string) => () =>
      existsSync(journal) && readFileSync(journal, "utf8").includes(line);
    await waitFor(contains("started"), { description: "the service has started" });
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await waitFor(contains("stopped"), { description: "the service has stopped" });
  });
});

it("goes on and stops though nobody reads its log", async () => {
  await withTempDir(async (dir) => {
    const journal = `${dir}/journal`;
    const env = { ...process.env, REDIS_URL: "redis://unused" };
    const args = [fixture, "floods", journal];
    // A pipe without a reader: what the kernel holds for it is soon full.
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    const contains = (line: string) => () =>
      existsSync(journal) && readFileSync(journal, "utf8").includes(line);
    await waitFor(contains("not blocked"), { description: "the service goes on" });
    child.kill("SIGTERM");
    await waitFor(contains("stopped"), { description: "the service has stopped" });
    child.stdout.resume();
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
