import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { taskSchema, taskSummarySchema } from "@host-runner/contracts";
import { waitFor, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { hasEscapes, withCli } from "./with-cli.ts";
import { CTRL_C, command } from "./with-terminal.ts";

const jsonLines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("submit", () => {
  it("takes a prompt as arguments, from a file and from a pipe, and prints the id", () =>
    withTempDir((dir) =>
      withCli(async ({ cli, call }) => {
        const path = join(dir, "prompt");
        writeFileSync(path, "echo from a file");
        const ids: string[] = [];
        for (const [args, stdin] of [
          [["echo", "two words"], ""],
          [["--file", path], ""],
          [[], "echo from a pipe"],
          [["--file", "-"], "echo from stdin"],
        ] as const) {
          const { code, stdout, stderr } = await cli(["submit", ...args], { stdin });
          expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
          ids.push(stdout.trim());
        }
        const waited = await cli(["wait", ...ids]);
        expect(waited.code).toBe(0);
        const outputs = await Promise.all(ids.map((id) => cli(["logs", id])));
        expect(outputs.map(({ stdout }) => stdout)).toEqual([
          "two words\n",
          "from a file\n",
          "from a pipe\n",
          "from stdin\n",
        ]);
        const all = ["--id", "all", "--run", "r", "--executor", "mock", "--timeout", "2m", "--attempts", "3"];
        const more = ["--backoff", "1m", "--label", "team=infra", "--metadata", '{"a":[1]}', "-C", dir];
        const [task] = jsonLines((await cli(["submit", "--json", ...all, ...more, "x"])).stdout);
        expect(taskSchema.strict().parse(task)).toMatchObject({
          task_id: "all",
          run_id: "r",
          executor: "mock",
          timeout_seconds: 120,
          max_attempts: 3,
          labels: { team: "infra" },
          metadata: { a: [1] },
          workspace: { project_root: dir },
        });
        expect((await call("GET", "/runs/r")).status).toBe(200);
      }),
    ));

  it("takes many from JSON lines, says by line what is refused, and with a key the same again makes nothing", () =>
    withCli(async ({ cli, call }) => {
      const stdin = '{"prompt":"echo 1","task_id":"one"}\n"echo 2"\n\n{"prompt":""}\n{"prompt":"echo 4"}\n';
      const args = ["submit", "--batch", "-", "--run", "many", "--key", "k"];
      const first = await cli(args, { stdin });
      expect(first.code).toBe(1);
      expect(first.stderr).toBe("line 4: prompt: must not be empty\n3 of 4 submitted, 1 refused\n");
      expect(first.stdout.split("\n")[0]).toBe("one");
      expect(await cli(args, { stdin })).toEqual(first);
      const run = (await call<{ tasks: unknown[] }>("GET", "/runs/many")).body;
      expect(run.tasks).toHaveLength(3);
    }));

  it("submits nothing of a file with a line that is no JSON", () =>
    withCli(async ({ cli, call }) => {
      const { code, stderr } = await cli(["submit", "--batch", "-"], { stdin: '"fine"\n{"prompt":\n7\n' });
      expect(code).toBe(2);
      expect(stderr).toMatch(/nothing was submitted.*\n {2}line 2: .*\n {2}line 3: must be an object/);
      const rounded = await cli(["submit", "--batch", "-"], {
        stdin: '"fine"\n{"prompt":"x","metadata":{"id":9007199254740993}}\n',
      });
      expect(rounded).toMatchObject({ code: 2, stdout: "" });
      expect(rounded.stderr).toContain("line 2: metadata.id: is a whole number beyond 2^53 - 1");
      const label = await cli(["submit", "--label", "__proto__=x", "x"]);
      expect(label).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("labels.__proto__: is a name that many programs lose"),
      });
      expect((await call("GET", "/tasks")).body).toMatchObject({ tasks: [] });
    }));

  it("shows how far it is with many, on a terminal, and leaves one line", () =>
    withTempDir((dir) =>
      withCli(async ({ terminal }) => {
        const path = join(dir, "many.jsonl");
        writeFileSync(path, '"true"\n'.repeat(200));
        await terminal(["submit", "--batch", path], async ({ exit, raw, screen }) => {
          expect((await exit).exitCode).toBe(0);
          expect(raw()).toMatch(/\[#+-+\] +\d+\/200 {2}\d+\/s/);
          expect(screen().join("\n").trim()).toBe("200 of 200 submitted");
        });
      }),
    ));
});

describe("ls", () => {
  it("prints fields to a pipe and objects with --json, ids exactly as they are, and no colours", () =>
    withCli(async ({ cli, call }) => {
      const hostile = "a\u202eb 日本";
      await call("POST", "/tasks", { task_id: hostile, prompt: "exit 3", run_id: "r" });
      await cli(["wait", hostile]);
      const { stdout } = await cli(["ls"]);
      const [id, status, run, createdAt, exitCode, reason] = stdout.trimEnd().split("\t");
      expect([id, status, run, exitCode, reason]).toEqual([hostile, "failed", "r", "3", "exit_code"]);
      expect(Date.parse(createdAt!)).not.toBeNaN();
      const [task] = jsonLines(
        (await cli(["ls", "--json", "--status", "failed", "--run", "r", "--since", "1h"])).stdout,
      );
      expect(taskSummarySchema.strict().parse(task).task_id).toBe(hostile);
      expect((await cli(["ls", "--status", "success"])).stdout).toBe("");
    }));

  it("is a table on a terminal, which fits whatever its width is, in colours unless NO_COLOR is set", () =>
    withCli(async ({ cli, call, terminal }) => {
      await call("POST", "/tasks", { task_id: "日本語のとても長い名前".repeat(4), prompt: "true" });
      await call("POST", "/tasks", { task_id: "x", prompt: "sleep 60", run_id: "\u202enight" });
      await call("POST", "/tasks", { task_id: "y", prompt: "exit 3", labels: { a: "b" } });
      await cli(["wait", "y"]);
      for (const columns of [120, 80, 50, 30]) {
        await terminal(
          ["ls"],
          async ({ exit, screen, raw }) => {
            await exit;
            const lines = screen().filter((line) => line.trim());
            // A line that did not fit would have become two.
            expect(lines).toHaveLength(4);
            expect(lines[0]).toMatch(/^TASK .*STATUS/);
            expect(lines[1]).toMatch(/^y .*failed/);
            if (columns === 120) expect(lines[1]).toContain("(exit code 3)");
            expect(hasEscapes(raw())).toBe(true);
            expect(raw()).not.toContain("\u202e");
          },
          { columns },
        );
      }
      await terminal(
        ["ls"],
        async ({ exit, raw }) => {
          await exit;
          expect(raw()).not.toContain("\u001b[3");
        },
        { env: { NO_COLOR: "1" } },
      );
      expect((await cli(["ls"], { env: { FORCE_COLOR: "1" } })).stdout).not.toContain("\u001b");
      await cli(["cancel", "x"]);
    }));

  it("tells what waiting tasks wait for", () =>
    withCli(
      async ({ cli, terminal }) => {
        await cli(["submit", "--id", "first", "sleep 60"]);
        await cli(["submit", "--id", "second", "true"]);
        // The worker tells of its tasks every few seconds.
        await waitFor(async () => (await cli(["workers"])).stdout.split("\t")[4] === "1", {
          description: "the worker is busy",
        });
        await terminal(["ls"], async ({ exit, screen }) => {
          await exit;
          expect(screen().find((line) => line.startsWith("second"))).toContain("waits for a free slot of 1");
          expect(screen().find((line) => line.startsWith("first"))).toMatch(/running +\d+s +\d/);
        });
        await cli(["cancel", "first"]);
      },
      { HOST_RUNNER_CONCURRENCY: "1" },
    ));

  it("--watch is a live table that follows the terminal's size, and leaves the last one behind", () =>
    withCli(async ({ cli, terminal }) => {
      await cli(["submit", "--id", "one", "sleep 60"]);
      await terminal(["ls", "--watch"], async ({ waitForScreen, resize, type, exit, screen, raw }) => {
        await waitForScreen(/one .*running/);
        await cli(["submit", "--id", "two", "exit 3"]);
        await waitForScreen(/two .*failed .*exit code 3/);
        resize(30, 10);
        await waitForScreen(/Ctrl-C e$/m);
        type(CTRL_C);
        expect((await exit).exitCode).toBe(0);
        expect(screen().join("\n")).toMatch(/^two {3}failed.*\none {3}running/m);
        // The cursor is there again, and the screen that was before.
        expect(raw()).toContain("\u001b[?25h\u001b[?1049l");
      });
      await cli(["cancel", "one"]);
    }));

  it("--watch tells a pipe of each change", () =>
    withCli(async ({ cli, url }) => {
      const watching = spawn(process.execPath, [command, "ls", "--watch", "--json"], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST_RUNNER_URL: url },
      });
      let seen = "";
      watching.stdout.on("data", (text) => (seen += text));
      const ended = new Promise((resolve) => watching.on("close", resolve));
      await cli(["submit", "--id", "t", "sleep 1.5"]);
      await waitFor(() => seen.includes('"success"'), { description: "its end was told" });
      watching.kill("SIGINT");
      expect(await ended).toBe(0);
      const states = jsonLines(seen).map(({ status }) => status);
      expect(states).toEqual(expect.arrayContaining(["running", "success"]));
    }));

  it("ends silently when its reader is gone", () =>
    withCli(async ({ cli, url }) => {
      const stdin = '"x"\n'.repeat(300);
      await cli(["submit", "--executor", "mock", "--batch", "-"], { stdin });
      const script = `"$0" "$1" ls --json --limit 300 | head -1 | wc -l; echo "\${PIPESTATUS[0]}"`;
      const shell = spawn("bash", ["-c", script, process.execPath, command], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST_RUNNER_URL: url },
      });
      const output = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const)
        shell[name].on("data", (text) => (output[name] += text));
      await new Promise((resolve) => shell.on("close", resolve));
      expect(output.stderr).toBe("");
      expect(output.stdout).toMatch(/^\s*1\n141\n$/);
    }));
});

describe("logs", () => {
  it("shows both streams apart, the last lines, or one of them", () =>
    withCli(async ({ cli }) => {
      await cli(["submit", "--id", "t", "echo 1; echo e1 >&2; echo 2; echo 3; echo e2 >&2"]);
      await cli(["wait", "t"]);
      expect(await cli(["logs", "t"])).toEqual({ code: 0, stdout: "1\n2\n3\n", stderr: "e1\ne2\n" });
      expect(await cli(["logs", "t", "--tail", "1"])).toMatchObject({ stdout: "3\n", stderr: "e2\n" });
      expect(await cli(["logs", "t", "-f", "--tail", "1"])).toMatchObject({ stdout: "3\n", stderr: "e2\n" });
      expect(await cli(["logs", "t", "--stream", "stderr"])).toMatchObject({
        stdout: "",
        stderr: "e1\ne2\n",
      });
      expect(await cli(["logs", "unknown"])).toMatchObject({
        code: 1,
        stderr: "host-runner: task unknown not found\n",
      });
    }));

  it("shows what there is of a task that runs, and with -f everything up to its end", () =>
    withCli(async ({ cli, call }) => {
      await cli(["submit", "--id", "t", "echo early; sleep 3; echo late"]);
      await waitFor(async () => (await cli(["logs", "t"])).stdout === "early\n", {
        description: "it has begun",
      });
      const tail = cli(["logs", "-f", "--tail", "0", "t"]);
      expect((await cli(["logs", "-f", "t"])).stdout).toBe("early\nlate\n");
      expect((await tail).stdout).toBe("late\n");
      expect((await call("GET", "/tasks/t")).body).toMatchObject({ status: "success" });
    }));

  it("-f survives a restart of the API, and loses and doubles nothing", () =>
    withCli(async (cli) => {
      await cli.cli(["submit", "--id", "t", "for i in $(seq 100); do echo line $i; sleep 0.03; done"]);
      const following = cli.cli(["logs", "-f", "t"]);
      await waitFor(async () => (await cli.cli(["logs", "t"])).stdout.includes("line 10\n"), {
        description: "it is on its way",
      });
      cli.api.child.kill("SIGKILL");
      await cli.api.exit;
      await cli.startApi();
      const { code, stdout } = await following;
      expect(code).toBe(0);
      expect(stdout).toBe(Array.from({ length: 100 }, (_, i) => `line ${i + 1}\n`).join(""));
    }));
});

describe("get", () => {
  it("shows one task fully, in fields to a pipe, and no control of a stranger's on a terminal", () =>
    withCli(async ({ cli, terminal }) => {
      await cli(["submit", "--id", "t", "--label", "a=b", "printf '\\033[2Jhidden\\n'; exit 3"]);
      await cli(["wait", "t"]);
      const fields = (await cli(["get", "t"])).stdout;
      expect(fields).toContain("status\tfailed\n");
      expect(fields).toContain('labels\t{"a":"b"}\n');
      expect(
        taskSchema.strict().parse(jsonLines((await cli(["get", "t", "--json"])).stdout)[0]).exit_code,
      ).toBe(3);
      await terminal(["get", "t"], async ({ exit, screen, raw }) => {
        await exit;
        const text = screen().join("\n");
        expect(text).toMatch(/status +failed +shell execution failed \(exit code 3\)/);
        expect(text).toMatch(/labels +a=b/);
        expect(text).toContain("␛[2Jhidden");
        expect(raw()).not.toContain("\u001b[2J");
      });
      await cli(["rerun", "t"]);
      await cli(["wait", "t"]);
      const executions = jsonLines((await cli(["get", "t", "--executions", "--json"])).stdout);
      expect(executions.map(({ execution }) => execution)).toEqual([2, 1]);
    }));
});

describe("cancel, rerun and wait", () => {
  it("take ids, a run or a filter; what names no task is confirmed", () =>
    withCli(async ({ cli, terminal }) => {
      for (const id of ["a", "b", "c"]) await cli(["submit", "--id", id, "--run", "night", "sleep 60"]);
      expect(await cli(["cancel", "a", "nope"])).toEqual({
        code: 1,
        stdout: "a\tcanceled\n",
        stderr: "host-runner: nope: task nope not found\n",
      });
      expect(await cli(["cancel", "--run", "night"])).toMatchObject({
        code: 2,
        stderr: "host-runner: what names no task has to be confirmed: add --yes\n",
      });
      await terminal(["cancel", "--run", "night"], async ({ waitForScreen, type, exit }) => {
        await waitForScreen(/Cancel 2 tasks\? \[y\/N\]/);
        type("\r");
        expect((await exit).exitCode).toBe(1);
      });
      expect((await cli(["ls", "--status", "canceled"])).stdout.split("\n")).toHaveLength(2);
      await terminal(["cancel", "--run", "night"], async ({ waitForScreen, type, exit, screen }) => {
        await waitForScreen(/Cancel 2 tasks\?/);
        type("y\r");
        expect((await exit).exitCode).toBe(0);
        expect(screen().join("\n")).toMatch(/canceled c[\s\S]*canceled b|canceled b[\s\S]*canceled c/);
      });
      expect(await cli(["cancel", "--run", "night", "--yes"])).toMatchObject({
        code: 0,
        stderr: "no such task\n",
      });
      await cli(["submit", "--id", "d", "--run", "night", "exit 1"]);
      expect(await cli(["wait", "d"])).toMatchObject({ code: 1, stdout: "d\tfailed\t1\texit_code\n" });
      expect(await cli(["rerun", "--run", "night", "--yes"])).toMatchObject({
        code: 0,
        stdout: "d\tqueued\n",
      });
      expect((await cli(["wait", "--run", "night"])).code).toBe(1);
    }));

  it("wait tells how far it is, and ends with 124 when the time is up", () =>
    withCli(async ({ cli, terminal }) => {
      await cli(["submit", "--id", "fast", "--run", "r", "true"]);
      await cli(["submit", "--id", "slow", "--run", "r", "sleep 3"]);
      const late = await cli(["wait", "slow", "--timeout", "0.2s"]);
      expect(late).toMatchObject({ code: 124, stderr: "host-runner: the time is up: 0 of 1 have ended\n" });
      await terminal(["wait", "--run", "r"], async ({ waitForScreen, exit, screen }) => {
        await waitForScreen(/\[#{12}-{12}\] 1\/2/);
        expect((await exit).exitCode).toBe(0);
        expect(screen().join("\n")).toMatch(/^success {2}fast .*\nsuccess {2}slow {2}3\.\ds\n*$/);
      });
    }));

  it("wait --run waits again for a task that is rerun meanwhile, and counts its last execution", () =>
    withTempDir((dir) =>
      withCli(async ({ cli, call, terminal }) => {
        const [isMended, mayEnd] = [join(dir, "is-mended"), join(dir, "may-end")];
        await cli(["submit", "--id", "flaky", "--run", "r", `[ -e '${isMended}' ]`]);
        await cli(["submit", "--id", "slow", "--run", "r", `until [ -e '${mayEnd}' ]; do sleep 0.1; done`]);
        await terminal(["wait", "--run", "r"], async ({ waitForScreen, exit, screen }) => {
          await waitForScreen(/^failed +flaky[\s\S]*1\/2 +1 not successful/m);
          writeFileSync(isMended, "");
          await call("POST", "/tasks/flaky/rerun");
          await waitForScreen(/^success +flaky/m);
          await call("POST", "/tasks", { task_id: "later", run_id: "r", prompt: "true" });
          await waitForScreen(/^success +later/m);
          writeFileSync(mayEnd, "");
          expect((await exit).exitCode).toBe(0);
          expect(
            screen()
              .join("\n")
              .match(/^(success|failed)/gm),
          ).toHaveLength(4);
        });
      }),
    ));
});

it("workers shows who lives", () =>
  withCli(async ({ cli, terminal, workers }) => {
    const isIdle = async () => {
      const fields = (await cli(["workers"])).stdout.trimEnd().split("\t");
      return fields[4] === "0" && fields;
    };
    // It tells of its tasks every few seconds.
    const [id, , pid, executors, , slots] = await waitFor(isIdle, { description: "the worker is idle" });
    expect([Number(pid), executors, slots]).toEqual([workers[0]!.pid, "mock,shell", "4"]);
    await terminal(["workers"], async ({ exit, screen }) => {
      await exit;
      expect(screen().find((line) => line.includes(id!))).toMatch(/mock shell +0\/4/);
    });
  }));
