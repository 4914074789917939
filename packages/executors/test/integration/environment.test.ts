import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { withFolder } from "../with-folder.ts";
import { withShell } from "../with-shell.ts";

const { PATH } = process.env;

/** What a careless operator's worker has in its environment. */
const environment = {
  PATH,
  USER: "somebody",
  LANG: "C.UTF-8",
  LC_TIME: "C",
  TZ: "UTC",
  REDIS_URL: "redis://:secret@localhost",
  HOST_RUNNER_API_TOKENS: "a:admin:secret",
  HOST_RUNNER_CMD_TEMPLATE: "x",
  OPENAI_API_KEY: "secret",
  MY_SETTING: "mine",
  SHLVL: "7",
  BASH_ENV: "/tmp/x",
  "BASH_FUNC_ls%%": "() { echo hacked; }",
  UNSET: undefined,
};

describe("the environment of a command", () => {
  it("has what is allowed and what names the task, and nothing else", () =>
    withShell("env", { shell: "none", environment, envAllow: ["MY_SETTING", "UNSET"] }, async ({ run }) => {
      const { output } = await run({ taskId: "t 1", runId: "r", execution: 2, attempt: 3 });
      const variables = Object.fromEntries(
        output.stdout
          .trim()
          .split("\n")
          .map((line) => line.split(/=(.*)/s, 2)),
      );
      expect(variables).toEqual({
        PATH,
        HOME: expect.stringMatching(/\/home$/),
        USER: "somebody",
        LANG: "C.UTF-8",
        LC_TIME: "C",
        TZ: "UTC",
        MY_SETTING: "mine",
        SHLVL: "1",
        HOST_RUNNER_TASK_ID: "t 1",
        HOST_RUNNER_RUN_ID: "r",
        HOST_RUNNER_EXECUTION: "2",
        HOST_RUNNER_ATTEMPT: "3",
        HOST_RUNNER_TREE: expect.stringMatching(/^[0-9a-f]{24}\.1;$/),
      });
    }));

  it("has a PATH where the worker has none", () =>
    withShell("ls /", { environment: {} }, async ({ run }) => {
      expect((await run()).result.exit).toEqual({ kind: "exited", exitCode: 0 });
    }));

  it("has no value of a prompt, not even in what the command starts", () =>
    withShell("bash -c env; echo {prompt}", {}, async ({ run }) => {
      const { output } = await run({ prompt: "a-secret-prompt" });
      expect(output.stdout.match(/a-secret-prompt/g)).toHaveLength(1);
    }));

  it("is each task's own", () =>
    withShell("sleep 0.0$(($RANDOM % 5)); echo $HOST_RUNNER_TASK_ID {task_id}", {}, async ({ run }) => {
      const ids = Array.from({ length: 8 }, (_, index) => `task-${index}`);
      const outputs = await Promise.all(ids.map((taskId) => run({ taskId })));
      expect(outputs.map(({ output }) => output.stdout)).toEqual(ids.map((id) => `${id} ${id}\n`));
    }));

  it("has descriptors 0 to 2 and no other, whatever the worker has open", () =>
    withFolder(async (folder) => {
      const open = openSync(join(folder, "file"), "w");
      await withShell("echo /proc/self/fd/*", {}, async ({ run }) => {
        // 3 is the shell's own, of the folder that it lists.
        const { output } = await run();
        expect(output.stdout).toBe("/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n");
      });
      closeSync(open);
    }));

  it("has a stdin that is at its end", () =>
    withShell("cat; read x || echo end", {}, async ({ run }) => {
      expect((await run()).output.stdout).toBe("end\n");
    }));

  it.each(["bash -c", "bash -lc"])("has nothing of ~/.bashrc, with %s", (shell) =>
    withFolder(async (home) => {
      for (const name of [".bashrc", ".profile"]) writeFileSync(join(home, name), `echo ${name}\n`);
      await withShell("true", { shell, environment: { PATH, HOME: home } }, async ({ run }) => {
        expect((await run()).output.stdout).toBe(shell === "bash -lc" ? ".profile\n" : "");
      });
    }),
  );

  it("leads a session and a process group of its own", () =>
    withShell("ps -o pid=,pgid=,sid= -p $$", {}, async ({ run }) => {
      const [pid, group, session] = (await run()).output.stdout.trim().split(/\s+/);
      expect([group, session]).toEqual([pid, pid]);
    }));
});
