import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Execution, isEnded, type Task } from "@host-runner/contracts";
import {
  type Fleet,
  findProcesses,
  waitFor,
  withFleet,
  withOwnRedis,
  withTempDir,
} from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const count = fileURLToPath(new URL("./fixtures/count.sh", import.meta.url));

async function untilEnded({ call }: Fleet, taskId: string): Promise<Task> {
  return waitFor(
    async () => {
      const { body } = await call<Task>("GET", `/tasks/${taskId}`);
      return isEnded(body.status) && body;
    },
    { description: `task ${taskId} has ended`, timeoutMs: 20_000 },
  );
}

/** A Redis, and a PATH on which there are programs of these names: a worker does not start without its own. */
function withPrograms(
  names: readonly string[],
  body: (test: { url: string; PATH: string }) => Promise<void>,
): Promise<void> {
  return withTempDir((dir) => {
    for (const name of names) symlinkSync("/bin/true", join(dir, name));
    return withOwnRedis(({ url }) => body({ url, PATH: `${dir}:${process.env.PATH}` }));
  });
}

describe("the shell executor, over a fleet of real processes", () => {
  it(
    "searches this repository's sources with the prompt as the pattern",
    () =>
      withOwnRedis(({ url }) =>
        withFleet(
          {
            redisUrl: url,
            queue: "search",
            env: {
              HOST_RUNNER_EXECUTOR: "shell",
              HOST_RUNNER_CMD_TEMPLATE: "grep -rnE --include=*.ts -e {prompt} .",
              HOST_RUNNER_SHELL: "none",
            },
          },
          async (fleet) => {
            const patterns = [
              "export interface Executor",
              "it\\(.the pattern",
              "$(touch /tmp/x); '\"`",
              "--help",
            ];
            const workspace = { project_root: `${root}packages/executors/src` };
            await Promise.all(
              patterns.map((prompt, i) =>
                fleet.call("POST", "/tasks", { task_id: `search-${i}`, prompt, workspace }),
              ),
            );
            for (const [i, pattern] of patterns.entries()) {
              const expected = grep(pattern, workspace.project_root);
              expect(await untilEnded(fleet, `search-${i}`)).toMatchObject({
                status: expected.exitCode === 0 ? "success" : "failed",
                message: `shell execution ${expected.exitCode === 0 ? "completed" : "failed"}`,
                executor: "shell",
                exit_code: expected.exitCode,
                stdout: expected.stdout,
                stderr: "",
              });
            }
          },
        ),
      ),
    60_000,
  );

  it(
    "runs several at once on two workers, cancels one, fails one, reruns one, while the API restarts",
    () =>
      withOwnRedis(({ url }) =>
        withFleet(
          {
            redisUrl: url,
            queue: "count",
            env: {
              HOST_RUNNER_EXECUTOR: "shell",
              HOST_RUNNER_CMD_TEMPLATE: `sh ${count} {prompt}`,
              HOST_RUNNER_CONCURRENCY: "3",
            },
          },
          async (fleet) => {
            const { call } = fleet;
            const prompts = {
              short: "1",
              three: "3",
              four: "4",
              broken: "three; touch /tmp/x",
              endless: "86399",
            };
            for (const [task_id, prompt] of Object.entries(prompts)) {
              const { status } = await call("POST", "/tasks", { task_id, prompt, run_id: "night" });
              expect(status).toBe(202);
            }
            await waitFor(async () => (await call<Task>("GET", "/tasks/endless")).body.status === "running", {
              description: "the endless one runs",
            });
            await waitFor(() => findProcesses("86399").length > 0, {
              description: "its command has been started",
            });

            fleet.api.child.kill("SIGTERM");
            expect(await fleet.api.exit).toMatchObject({ code: 0 });
            await fleet.startApi();

            const canceled = await call<Task>("POST", "/tasks/endless/cancel");
            expect(canceled).toMatchObject({
              status: 200,
              body: { status: "canceled", reason: "canceled", signal: "SIGTERM" },
            });
            expect(findProcesses("86399")).toEqual([]);

            expect(await untilEnded(fleet, "broken")).toMatchObject({
              status: "failed",
              reason: "exit_code",
              exit_code: 2,
              stderr: "count: not a number: three; touch /tmp/x\n",
            });
            await untilEnded(fleet, "short");
            expect((await call("POST", "/tasks/short/rerun")).status).toBe(202);

            // All of it, read back.
            const lines = (n: number) => Array.from({ length: n }, (_, i) => `line ${i + 1}\n`).join("");
            for (const [id, n] of [
              ["short", 1],
              ["three", 3],
              ["four", 4],
            ] as const) {
              expect(await untilEnded(fleet, id)).toMatchObject({
                status: "success",
                exit_code: 0,
                stdout: lines(n),
              });
            }
            const { body } = await call<{ executions: Execution[] }>("GET", "/tasks/short/executions");
            expect(body.executions.map(({ execution, status }) => [execution, status])).toEqual([
              [2, "success"],
              [1, "success"],
            ]);
            const tasks = await Promise.all(
              Object.keys(prompts).map((id) => call<Task>("GET", `/tasks/${id}`)),
            );
            const pids = new Set(tasks.map(({ body: { worker } }) => worker?.pid));
            expect([...pids].sort()).toEqual(fleet.workers.map(({ pid }) => pid).sort());
            expect(tasks.every(({ body }) => body.run_id === "night" && body.attempt === 1)).toBe(true);
          },
        ),
      ),
    60_000,
  );

  it("stores no secret that a command prints, in whichever pieces, and counts what it stores", () =>
    withOwnRedis(({ url }) =>
      withFleet(
        {
          redisUrl: url,
          queue: "secrets",
          workers: 1,
          env: {
            HOST_RUNNER_EXECUTOR: "shell",
            HOST_RUNNER_CMD_TEMPLATE: `printf 'pass'; sleep 0.1; printf 'word=hun'; sleep 0.1; printf 'ter2\n%s\n' {prompt}; printf "$DEPLOY" >&2`,
            HOST_RUNNER_ENV_ALLOW: "DEPLOY",
            HOST_RUNNER_REDACT: "DEPLOY",
            DEPLOY: "value-of-deploy",
          },
        },
        async (fleet) => {
          await fleet.call("POST", "/tasks", { task_id: "t", prompt: "hello" });
          const task = await untilEnded(fleet, "t");
          expect(task).toMatchObject({
            status: "success",
            stdout: "password=[REDACTED]\nhello\n",
            stderr: "[REDACTED]",
            stdout_bytes: 26,
          });
          const events = await (await fetch(`${fleet.url}/tasks/t/events`)).text();
          expect(events).toContain("[REDACTED]");
          expect(events).not.toContain("hun");
          const output = await (await fetch(`${fleet.url}/tasks/t/output`)).text();
          expect(output).toBe("password=[REDACTED]\nhello\n[REDACTED]");
          const metrics = await (await fetch(`${fleet.workers[0]?.url}/metrics`)).text();
          expect(metrics).toContain(`hostrunner_output_bytes_total ${Buffer.byteLength(output)}`);
          expect(metrics).toContain('hostrunner_tasks_total{status="success",executor="shell"} 1');
          expect(metrics).toContain("hostrunner_task_run_seconds_count 1");
          expect(metrics).toContain("hostrunner_task_wait_seconds_count 1");
          expect(metrics).toContain('hostrunner_worker_slots{state="free"} 4');
          expect(metrics).toContain("process_resident_memory_bytes");
        },
      ),
    ));

  it("warns at its start of a prompt that may be an option, and starts", async () => {
    await withPrograms(["codex"], async ({ url, PATH }) => {
      const logOf = async (env: Record<string, string>) => {
        let log = "";
        await withFleet(
          { redisUrl: url, queue: "q", workers: 1, env: { HOST_RUNNER_EXECUTOR: "shell", PATH, ...env } },
          async ({ workers }) => {
            log = workers[0]!.log();
          },
        );
        return log;
      };
      const template = (HOST_RUNNER_CMD_TEMPLATE: string) => ({ HOST_RUNNER_CMD_TEMPLATE });
      const warning = 'gives {prompt} to codex where a value that begins with \\"-\\" is taken for an option';
      const warned = await logOf(template("codex exec {prompt}"));
      expect(warned).toContain(warning);
      expect(warned).toContain("For example: codex exec -- {prompt}");
      expect(await logOf(template("codex exec -- {prompt}"))).not.toContain("is taken for an option");
      const trusted = { ...template("codex exec {prompt}"), HOST_RUNNER_TRUSTED_PROGRAMS: "codex" };
      expect(await logOf(trusted)).not.toContain("is taken for an option");
    });
  });

  it("is refused a start with a template in which a prompt is code, unless the program is trusted", async () => {
    await withPrograms(["my-program"], async ({ url, PATH }) => {
      const start = (env: Record<string, string>) =>
        withFleet(
          { redisUrl: url, queue: "q", workers: 1, env: { HOST_RUNNER_EXECUTOR: "shell", PATH, ...env } },
          async () => {},
        );
      const env = { HOST_RUNNER_CMD_TEMPLATE: "my-program --exec {prompt}" };
      await expect(start(env)).rejects.toThrow(
        /the value of my-program's option --exec.+This works: bash -c/s,
      );
      await start({ ...env, HOST_RUNNER_TRUSTED_PROGRAMS: "my-program" });
      const shell = { ...env, HOST_RUNNER_TRUSTED_PROGRAMS: "bash" };
      await expect(start(shell)).rejects.toThrow(/HOST_RUNNER_TRUSTED_PROGRAMS names bash/);
    });
  });

  it("is refused a start without a usable template, with one clear message", async () => {
    await withOwnRedis(async ({ url }) => {
      const start = (env: Record<string, string>) =>
        withFleet(
          { redisUrl: url, queue: "q", workers: 1, env: { HOST_RUNNER_EXECUTOR: "shell", ...env } },
          async () => {},
        );
      await expect(start({})).rejects.toThrow(/HOST_RUNNER_CMD_TEMPLATE is not set/);
      await expect(start({ HOST_RUNNER_CMD_TEMPLATE: "eval {prompt}" })).rejects.toThrow(
        /HOST_RUNNER_CMD_TEMPLATE/,
      );
    });
  });
});

function grep(pattern: string, cwd: string): { exitCode: number; stdout: string } {
  const args = ["-rnE", "--include=*.ts", "-e", pattern, "."];
  try {
    return { exitCode: 0, stdout: execFileSync("grep", args, { cwd, encoding: "utf8", stdio: "pipe" }) };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { exitCode: status, stdout };
  }
}
