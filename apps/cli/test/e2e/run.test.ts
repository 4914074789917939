import { spawn } from "node:child_process";
import { findProcesses, freePort, waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { runCli, withCli } from "./with-cli.ts";
import { CTRL_C, command } from "./with-terminal.ts";

describe("run", () => {
  it("shows each stream where it belongs, as it is, and ends as the command did", () =>
    withCli(async ({ cli }) => {
      const red = "printf '\\033[31mred\\033[0m\\n'; echo problem >&2; exit 7";
      expect(await cli(["run", red])).toEqual({
        code: 7,
        stdout: "\u001b[31mred\u001b[0m\n",
        stderr: "problem\n",
      });
      expect((await cli(["run", "kill -KILL $$"])).code).toBe(137);
      const late = await cli(["run", "--timeout", "1", "sleep 60"]);
      expect(late).toMatchObject({ code: 124, stdout: "" });
      expect(late.stderr).toMatch(/^host-runner: shell execution timed out \(task [0-9a-f-]{36}\)\n$/);
      expect(await cli(["run"], { stdin: "echo piped" })).toEqual({ code: 0, stdout: "piped\n", stderr: "" });
      const events = await cli(["run", "--json", "echo hi"]);
      const lines = events.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines[0]).toMatchObject({ type: "status", task: { status: "queued" } });
      expect(lines).toContainEqual(
        expect.objectContaining({ type: "output", stream: "stdout", text: "hi\n" }),
      );
      expect(lines.at(-1)).toMatchObject({ type: "end", status: "success" });
    }));

  it("ends with 125 where host-runner itself failed, however the command line was wrong", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const away = await runCli(["run", "x", "--url", url]);
    expect(away).toMatchObject({ code: 125, stdout: "" });
    expect(away.stderr).toContain(`cannot reach ${url}: nothing listens there`);
    expect(await runCli(["run"])).toMatchObject({
      code: 125,
      stderr: "host-runner: no prompt: stdin was empty\n",
    });
    expect(await runCli(["run", "--attemts", "2", "x"])).toMatchObject({
      code: 125,
      stderr: expect.stringContaining("(Did you mean --attempts?)"),
    });
  });

  it("cancels on Ctrl-C, shows what the command says to that, and is gone when its processes are", () =>
    withCli(async ({ terminal, call }) => {
      const prompt = "trap 'echo cleaned up; exit 1' TERM; echo ready; sleep 987654 & wait";
      await terminal(["run", "--id", "long", prompt], async ({ waitForScreen, type, exit, screen }) => {
        await waitForScreen(/^ready/m);
        type(CTRL_C);
        expect((await exit).exitCode).toBe(130);
        expect(screen().join("\n")).toMatch(/canceling; Ctrl-C again[\s\S]*cleaned up[\s\S]*canceled by api/);
      });
      expect((await call("GET", "/tasks/long")).body).toMatchObject({ status: "canceled" });
      expect(findProcesses("sleep 987654")).toEqual([]);
    }));

  it("ends on Ctrl-C while it waits for a prompt from the terminal", () =>
    withCli(async ({ terminal, call }) => {
      await terminal(["run", "--file", "-"], async ({ type, exit, screen }) => {
        type("echo not sent\r");
        await waitFor(() => screen().join("").includes("not sent"), { description: "it was typed" });
        // The program may be about to begin to read; whoever waits presses again.
        const pressing = setInterval(type, 200, CTRL_C);
        await exit;
        clearInterval(pressing);
      });
      expect((await call("GET", "/tasks")).body).toMatchObject({ tasks: [] });
    }));

  it("leaves at once on a second Ctrl-C, and the task is canceled all the same", () =>
    withCli(
      async ({ terminal, call, cli }) => {
        await terminal(
          ["run", "--id", "stubborn", "trap '' TERM; echo ready; while :; do sleep 0.1; done"],
          async (it) => {
            await it.waitForScreen(/^ready/m);
            it.type(CTRL_C);
            await it.waitForScreen(/canceling/);
            await waitFor(
              () => {
                it.type(CTRL_C);
                return /left; the task/.test(it.raw());
              },
              { description: "it leaves" },
            );
            expect((await it.exit).exitCode).toBe(130);
          },
        );
        expect((await call("GET", "/tasks/stubborn")).body).toMatchObject({
          status: "running",
          cancel_requested_at: expect.any(String),
        });
        expect((await cli(["wait", "stubborn"])).stdout).toMatch(/^stubborn\tcanceled/);
      },
      { HOST_RUNNER_GRACE_SECONDS: "6" },
    ));

  it("cancels the task of a reader who is gone, silently", () =>
    withCli(async ({ url, call }) => {
      const prompt = "while :; do echo line; sleep 0.02; done";
      const script = `"$0" "$1" run --id endless "$2" | head -2; echo "\${PIPESTATUS[0]}"`;
      const shell = spawn("bash", ["-c", script, process.execPath, command, prompt], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST_RUNNER_URL: url },
      });
      const output = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const)
        shell[name].on("data", (text) => (output[name] += text));
      await new Promise((resolve) => shell.on("close", resolve));
      expect(output).toEqual({ stdout: "line\nline\n141\n", stderr: "" });
      expect((await call("GET", "/tasks/endless")).body).toMatchObject({ status: "canceled" });
    }));

  it("tells on a terminal that the task waits, and takes that away when there is output", () =>
    withCli(
      async ({ terminal, cli }) => {
        await cli(["submit", "sleep 2.5"]);
        await terminal(["run", "echo at last"], async ({ waitForScreen, exit, screen, raw }) => {
          await waitForScreen(/accepted; waits for 1/);
          expect((await exit).exitCode).toBe(0);
          expect(screen().join("\n").trim()).toBe("at last");
          expect(raw()).toContain("\u001b[2m");
        });
      },
      { HOST_RUNNER_CONCURRENCY: "1" },
    ));
});
