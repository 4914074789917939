import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { waitFor, withTempDir } from "@host-runner/testing";
import { expect, it } from "@jest/globals";
import { withUp } from "./with-up.ts";

const stopped = { code: 0, signal: null };

it("shows a task on its way to success, and has it still after a stop and another start", async () => {
  await withTempDir(async (dir) => {
    const taskId = await withUp({ dir }, async (up) => {
      await up.started();
      const [, id] = await up.waitForOutput(/mock executor: ([0-9a-f-]{36})/);
      expect(up.stdout()).toMatch(/ {2}queued .*[\s\S]* {2}success .*Hello from host-runner/);
      expect(up.stdout()).toContain(`Dashboard  ${up.url}/dashboard`);
      expect(up.stdout()).toContain(`curl -s -X POST ${up.url}/tasks/TASK_ID/cancel`);
      up.child.kill("SIGINT");
      expect(await up.exit).toEqual(stopped);
      return id!;
    });
    await withUp({ dir, args: ["--workers", "1"] }, async (up) => {
      await up.started();
      expect(await up.get(taskId)).toMatchObject({ status: "success", stdout: "Hello from host-runner" });
      up.child.kill("SIGTERM");
      expect(await up.exit).toEqual(stopped);
    });
  });
});

it("lets a running task finish when it is asked to stop, and goes on with a queued one later", async () => {
  await withTempDir(async (dir) => {
    const env = { HOST_RUNNER_MOCK_SECONDS: "1.5", HOST_RUNNER_CONCURRENCY: "1" };
    const args = ["--workers", "1"];
    await withUp({ dir, env, args }, async (up) => {
      await up.started();
      await up.submit({ task_id: "running", prompt: "a" });
      await up.submit({ task_id: "waiting", prompt: "b" });
      await up.waitForStatus("running", "running");
      up.child.kill("SIGINT");
      expect(await up.exit).toEqual(stopped);
    });
    await withUp({ dir, env, args }, async (up) => {
      await up.started();
      expect(await up.get("running")).toMatchObject({ status: "success", attempt: 1 });
      await up.waitForStatus("waiting", "success");
      up.child.kill("SIGINT");
      await up.exit;
    });
  });
});

it("stops at once when it is asked a second time", async () => {
  await withTempDir(async (dir) => {
    await withUp({ dir }, async (up) => {
      await up.started();
      await up.submit({ task_id: "long", prompt: "mock:hang" });
      await up.waitForStatus("long", "running");
      up.child.kill("SIGINT");
      await up.waitForOutput(/Waiting for worker-\d/);
      up.child.kill("SIGINT");
      expect(await up.exit).toEqual({ code: 130, signal: null });
    });
  });
});

it("leaves nothing behind when it is killed", async () => {
  await withTempDir(async (dir) => {
    await withUp({ dir }, async (up) => {
      await up.started();
      expect(up.processes().length).toBeGreaterThanOrEqual(5);
      up.child.kill("SIGKILL");
      await waitFor(() => up.processes().length === 0 || Promise.reject(up.processes()), {
        description: "nothing is left",
      });
    });
  });
});

it("starts a worker again that was killed, and says so", async () => {
  await withTempDir(async (dir) => {
    await withUp({ dir, args: ["--workers", "1"] }, async (up) => {
      await up.started();
      const worker = up.processes().find(({ command }) => command.includes("worker/dist"))!;
      process.kill(worker.pid, "SIGKILL");
      await up.waitForOutput(/worker-1 \(process \d+\) died: it was ended by SIGKILL; starting it again/);
      await up.waitForOutput(/worker-1 is ready again/);
      const { task_id } = await up.submit({ prompt: "after" });
      await up.waitForStatus(task_id, "success");
      up.child.kill("SIGINT");
      expect(await up.exit).toEqual(stopped);
    });
  });
});

it("starts Redis again that was killed, with all tasks", async () => {
  await withTempDir(async (dir) => {
    await withUp({ dir, args: ["--workers", "1"] }, async (up) => {
      await up.started();
      await up.submit({ task_id: "before", prompt: "x" });
      await up.waitForStatus("before", "success");
      const redis = up.processes().find(({ command }) => /^(redis|valkey)-server/.test(command))!;
      process.kill(redis.pid, "SIGKILL");
      await up.waitForOutput(/Redis died: it was ended by SIGKILL; starting it again/);
      await up.waitForOutput(/Redis is back/);
      expect(await up.waitForStatus("before", "success")).toMatchObject({ stdout: "x" });
      up.child.kill("SIGINT");
      expect(await up.exit).toEqual(stopped);
    });
  });
});

it("names the port that is taken, who has it and how to choose another, and starts nothing", async () => {
  await withTempDir(async (dir) => {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { port } = listener.address() as { port: number };
    await withUp({ dir, env: { HOST_RUNNER_PORT: String(port) } }, async (up) => {
      expect(await up.exit).toEqual({ code: 1, signal: null });
      expect(up.stderr()).toContain(`Port ${port} on 127.0.0.1 is taken`);
      if (process.platform === "linux") expect(up.stderr()).toContain(`by process ${process.pid}`);
      expect(up.stderr()).toContain(`HOST_RUNNER_PORT=${port + 1}`);
      expect(existsSync(`${dir}/.host-runner`)).toBe(false);
    });
    listener.close();
  });
});

it("refuses to start twice in one folder, naming the process", async () => {
  await withTempDir(async (dir) => {
    await withUp({ dir, args: ["--workers", "1"] }, async (first) => {
      await first.started();
      await withUp({ dir }, async (second) => {
        expect(await second.exit).toEqual({ code: 1, signal: null });
        expect(second.stderr()).toContain(`already runs in this folder (process ${first.pid}`);
      });
      expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
      first.child.kill("SIGINT");
      expect(await first.exit).toEqual(stopped);
    });
  });
});

it("ends with a worker's own words when it cannot start", async () => {
  await withTempDir(async (dir) => {
    const env = { HOST_RUNNER_EXECUTOR: "shell", HOST_RUNNER_CMD_TEMPLATE: "" };
    await withUp({ dir, env }, async (up) => {
      expect(await up.exit).toEqual({ code: 1, signal: null });
      expect(up.stderr()).toMatch(/worker-\d is given up, it does not start: it exited with code 1/);
      expect(up.stderr()).toContain("HOST_RUNNER_CMD_TEMPLATE");
    });
  });
});

it("lists all problems of the environment at once", async () => {
  await withTempDir(async (dir) => {
    const env = { HOST_RUNNER_PORT: "many", HOST_RUNNER_DRAIN_SECONDS: "soon" };
    await withUp({ dir, env }, async (up) => {
      expect(await up.exit).toEqual({ code: 1, signal: null });
      expect(up.stderr()).toMatch(/HOST_RUNNER_PORT must be .*\n.*HOST_RUNNER_DRAIN_SECONDS must be/);
    });
  });
});

it("uses a token of the environment for its first task, and shows none", async () => {
  await withTempDir(async (dir) => {
    const env = { HOST_RUNNER_API_TOKENS: "viewer:read:s3cret-one,bot:write:s3cret-two" };
    await withUp({ dir, env, args: ["--workers", "1"] }, async (up) => {
      await up.started();
      expect(up.stdout()).toMatch(/ {2}success /);
      expect(up.stdout()).toContain("Authorization: Bearer $TOKEN");
      up.child.kill("SIGINT");
      expect(await up.exit).toEqual(stopped);
      expect(up.stdout() + up.stderr()).not.toContain("s3cret");
    });
  });
});
