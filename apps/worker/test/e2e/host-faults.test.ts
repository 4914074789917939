import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Task } from "@host-runner/contracts";
import {
  type Fleet,
  type FleetProcess,
  waitFor,
  withFleet,
  withOwnRedis,
  withTempDir,
} from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";

const hasPrlimit = spawnSync("prlimit", ["--version"]).status === 0;

/** A fleet whose first worker is to be starved, each worker with a program of its own. */
function withTools(body: (test: { fleet: Fleet; sick: FleetProcess; tool: string }) => Promise<void>) {
  return withOwnRedis(({ url: redisUrl }) =>
    withTempDir((dir) => {
      const tool = join(dir, "tool");
      symlinkSync("/bin/echo", tool);
      const env = {
        HOST_RUNNER_EXECUTOR: "shell",
        HOST_RUNNER_SHELL: "none",
        HOST_RUNNER_CMD_TEMPLATE: `${tool} {prompt}`,
        TMPDIR: dir,
      };
      return withFleet({ redisUrl, queue: "q", workers: 1, env }, (fleet) =>
        body({ fleet, sick: fleet.workers[0]!, tool }),
      );
    }),
  );
}

const readiness = async ({ url }: FleetProcess) => {
  const response = await fetch(`${url}/readyz`);
  return `${response.status} ${((await response.json()) as { status: string }).status}`;
};

const untilStatus = (fleet: Fleet, id: string, status: string) =>
  waitFor(
    async () => {
      const { body } = await fleet.call<Task>("GET", `/tasks/${id}`);
      return body.status === status && body;
    },
    { description: `${id} is ${status}`, timeoutMs: 20_000 },
  );

describe("a worker whose host cannot start commands", () => {
  it(
    "because the program vanished is not ready, says why, and goes on when the program is back; no task fails",
    () =>
      withTools(async ({ fleet, sick, tool }) => {
        renameSync(tool, `${tool}.away`);
        for (const id of ["a", "b"]) await fleet.call("POST", "/tasks", { task_id: id, prompt: id });
        await waitFor(async () => (await readiness(sick)).startsWith("503"), {
          description: "it is not ready",
        });
        expect(await readiness(sick)).toBe(
          `503 not taking tasks: this host cannot start tasks: the program ${tool} is missing`,
        );
        const told = `this host cannot start tasks: the program ${tool} is missing`;
        await waitFor(() => sick.log().includes(told), { description: "the log says so too" });
        expect((await fleet.call<Task>("GET", "/tasks/a")).body).toMatchObject({
          status: "queued",
          attempt: 0,
        });
        renameSync(`${tool}.away`, tool);
        for (const id of ["a", "b"])
          expect(await untilStatus(fleet, id, "success")).toMatchObject({ attempt: 1 });
        expect(await readiness(sick)).toBe("200 ok");
      }),
    60_000,
  );

  it(
    "for want of descriptors leaves its tasks to a healthy worker beside it, without using an attempt",
    () =>
      withTools(async ({ fleet, sick }) => {
        if (!hasPrlimit) return;
        execFileSync("prlimit", ["--pid", String(sick.pid), "--nofile=20:"]);
        await fleet.call("POST", "/tasks", { task_id: "t", prompt: "hi" });
        await waitFor(
          async () => (await readiness(sick).catch(() => "503 it takes no connection")).startsWith("503"),
          {
            description: "it is not ready",
          },
        );
        const healthy = await fleet.startWorker();
        const task = await untilStatus(fleet, "t", "success");
        expect(task).toMatchObject({ attempt: 1, stdout: "hi\n", worker: { pid: healthy.pid } });
        expect(sick.child.exitCode).toBeNull();
        execFileSync("prlimit", ["--pid", String(sick.pid), "--nofile=1024:"]);
        await waitFor(async () => (await readiness(sick)) === "200 ok", {
          description: "it is ready again",
          timeoutMs: 20_000,
        });
      }),
    60_000,
  );

  it(
    "because its program is missing at the start does not start, and says which",
    () =>
      withOwnRedis(({ url: redisUrl }) =>
        withTempDir(async (dir) => {
          mkdirSync(join(dir, "empty"));
          const env = {
            HOST_RUNNER_EXECUTOR: "shell",
            HOST_RUNNER_SHELL: "none",
            HOST_RUNNER_CMD_TEMPLATE: "no-such-tool -- {prompt}",
            TMPDIR: dir,
          };
          await expect(withFleet({ redisUrl, queue: "q", workers: 1, env }, async () => {})).rejects.toThrow(
            /HOST_RUNNER_CMD_TEMPLATE: the program no-such-tool is in none of the folders of PATH/,
          );
        }),
      ),
    60_000,
  );
});

const canMount =
  process.getuid?.() === 0 &&
  spawnSync("unshare", ["--mount", "true"]).status === 0 &&
  spawnSync("sh", ["-c", "d=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d; rm -rf $d"]).status === 0;

describe("a worker whose state folder is on a full disk", () => {
  it(
    "gives its tasks back until there is room again",
    () =>
      withOwnRedis(({ url: redisUrl }) =>
        withTempDir(async (dir) => {
          if (!canMount) return;
          const small = join(dir, "small");
          mkdirSync(small);
          execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k,mode=0700", "tmpfs", small]);
          try {
            const env = {
              HOST_RUNNER_EXECUTOR: "shell",
              HOST_RUNNER_CMD_TEMPLATE: "cat {prompt_file}",
              HOST_RUNNER_STATE_DIR: join(small, "state"),
            };
            await withFleet({ redisUrl, queue: "q", workers: 1, env }, async (fleet) => {
              try {
                writeFileSync(join(small, "filler"), Buffer.alloc(1024 * 1024));
              } catch {
                // As intended: nothing more fits.
              }
              await fleet.call("POST", "/tasks", { task_id: "t", prompt: "hi" });
              const [worker] = fleet.workers;
              await waitFor(async () => (await readiness(worker!)).includes("no space left on the disk"), {
                description: "it says why it is not ready",
              });
              rmSync(join(small, "filler"));
              expect(await untilStatus(fleet, "t", "success")).toMatchObject({ attempt: 1, stdout: "hi" });
            });
          } finally {
            execFileSync("umount", ["-l", small]);
          }
        }),
      ),
    60_000,
  );
});
