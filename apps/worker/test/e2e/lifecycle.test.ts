import { type Execution, isEnded, type Task } from "@host-runner/contracts";
import {
  type Fleet,
  type FleetProcess,
  findProcesses,
  waitFor,
  withFleet,
  withOwnRedis,
} from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";

/** A command that runs for long, and whose processes one finds by the prompt. */
const shell = {
  HOST_RUNNER_EXECUTOR: "shell",
  HOST_RUNNER_CMD_TEMPLATE: "sleep {prompt}",
  HOST_RUNNER_SHELL: "none",
  HOST_RUNNER_LEASE_SECONDS: "3",
  HOST_RUNNER_GRACE_SECONDS: "0.5",
};

/** Durations that no other sleep on this machine has. */
let lastDuration = 40_000 + process.pid / 100_000;
function longSleep(): string {
  lastDuration += 1;
  return String(lastDuration);
}

async function submitAndStart({ call }: Fleet, task_id: string, fields: object = {}) {
  const prompt = longSleep();
  await call("POST", "/tasks", { task_id, prompt, ...fields });
  const pid = await waitFor(
    async () => {
      const { body } = await call<Task>("GET", `/tasks/${task_id}`);
      return body.status === "running" && findProcesses(prompt).length > 0 && body.worker?.pid;
    },
    { description: `${task_id} runs` },
  );
  return { prompt, pid };
}

function find({ call }: Fleet, taskId: string): Promise<Task> {
  return call<Task>("GET", `/tasks/${taskId}`).then(({ body }) => body);
}

const workerOf = (fleet: Fleet, pid: number): FleetProcess =>
  fleet.workers.find((worker) => worker.pid === pid)!;

describe("a worker that is told to stop", () => {
  it("waits for what runs, takes nothing more, and exits with 0", () =>
    withOwnRedis(({ url }) =>
      withFleet(
        { redisUrl: url, queue: "q", workers: 1, env: { HOST_RUNNER_MOCK_SECONDS: "1.5" } },
        async (fleet) => {
          await fleet.call("POST", "/tasks", { task_id: "t", prompt: "hi" });
          // Not just granted: a task that is granted to a stopping worker is given back.
          await waitFor(async () => (await (await fetch(`${fleet.url}/tasks/t/output`)).text()) === "hi", {
            description: "t has written something",
          });
          const [worker] = fleet.workers;
          worker?.child.kill("SIGTERM");
          await waitFor(() => worker?.log().includes("stopping: SIGTERM"), {
            description: "it has been told",
          });
          await fleet.call("POST", "/tasks", { task_id: "later", prompt: "hi" });
          expect(await worker?.exit).toEqual({ code: 0, signal: null });
          expect(await find(fleet, "t")).toMatchObject({ status: "success" });
          expect(await find(fleet, "later")).toMatchObject({ status: "queued", attempt: 0 });
        },
      ),
    ));

  it("stops what runs when the time is over: queued again with attempts left, else failed with shutdown", () =>
    withOwnRedis(({ url }) =>
      withFleet(
        { redisUrl: url, queue: "q", workers: 1, env: { ...shell, HOST_RUNNER_DRAIN_SECONDS: "0" } },
        async (fleet) => {
          const once = await submitAndStart(fleet, "once");
          const twice = await submitAndStart(fleet, "twice", { max_attempts: 2 });
          const [worker] = fleet.workers;
          worker?.child.kill("SIGTERM");
          expect(await worker?.exit).toEqual({ code: 0, signal: null });
          expect(findProcesses(once.prompt).concat(findProcesses(twice.prompt))).toEqual([]);
          expect(await find(fleet, "once")).toMatchObject({ status: "failed", reason: "shutdown" });
          expect(await find(fleet, "twice")).toMatchObject({ status: "queued", attempt: 1 });

          await fleet.startWorker();
          // Not only leased: a cancel before its command is there has no process to signal.
          await waitFor(() => findProcesses(twice.prompt).length > 0, {
            description: "the command of its second attempt runs",
          });
          await fleet.call("POST", "/tasks/twice/cancel");
          const { body } = await fleet.call<{ executions: Execution[] }>("GET", "/tasks/twice/executions");
          expect(body.executions[0]?.attempts).toMatchObject([
            { attempt: 1, reason: "shutdown", signal: "SIGTERM" },
            { attempt: 2, reason: "canceled", signal: "SIGTERM" },
          ]);
        },
      ),
    ));

  it("hurries at the second signal", () =>
    withOwnRedis(({ url }) =>
      withFleet(
        { redisUrl: url, queue: "q", workers: 1, env: { ...shell, HOST_RUNNER_DRAIN_SECONDS: "3600" } },
        async (fleet) => {
          const { prompt } = await submitAndStart(fleet, "t");
          const [worker] = fleet.workers;
          worker?.child.kill("SIGTERM");
          await waitFor(() => worker?.log().includes("stopping: SIGTERM"), {
            description: "it has been told",
          });
          expect(findProcesses(prompt)).not.toEqual([]);
          worker?.child.kill("SIGTERM");
          expect(await worker?.exit).toEqual({ code: 0, signal: null });
          expect(findProcesses(prompt)).toEqual([]);
          expect(await find(fleet, "t")).toMatchObject({ status: "failed", reason: "shutdown" });
        },
      ),
    ));

  it("ends in time also where Redis is away, and leaves no process", () =>
    withOwnRedis(({ url, pause, resume }) =>
      withFleet(
        { redisUrl: url, queue: "q", workers: 1, env: { ...shell, HOST_RUNNER_DRAIN_SECONDS: "0" } },
        async (fleet) => {
          const { prompt } = await submitAndStart(fleet, "t");
          pause();
          const [worker] = fleet.workers;
          worker?.child.kill("SIGTERM");
          await worker?.exit;
          expect(findProcesses(prompt)).toEqual([]);
          resume();
          await fleet.startWorker();
          await waitFor(async () => isEnded((await find(fleet, "t")).status), {
            description: "the task has ended",
          });
        },
      ),
    ));
});

describe("a worker that dies", () => {
  it("is missed: its task goes on elsewhere where it has attempts left, and nothing of it is left running", () =>
    withOwnRedis(({ url }) =>
      withFleet({ redisUrl: url, queue: "q", workers: 2, env: shell }, async (fleet) => {
        const once = await submitAndStart(fleet, "once");
        const twice = await submitAndStart(fleet, "twice", { max_attempts: 2, backoff_seconds: 0 });
        for (const pid of new Set([once.pid, twice.pid])) workerOf(fleet, pid).child.kill("SIGKILL");
        if (once.pid !== twice.pid) await fleet.startWorker();
        await waitFor(() => findProcesses(once.prompt).length === 0, {
          description: "its guard has stopped them",
        });
        await waitFor(async () => (await find(fleet, "once")).status === "failed", {
          description: "once has failed",
        });
        expect(await find(fleet, "once")).toMatchObject({
          reason: "worker_lost",
          message: "runner unavailable: worker lost",
        });
        await waitFor(async () => (await find(fleet, "twice")).attempt === 2, {
          description: "its second attempt",
        });
        expect((await find(fleet, "twice")).worker?.pid).not.toBe(twice.pid);
      }),
    ));

  it("is missed within 15 s with the default lease, also where a single other one is left", () =>
    withOwnRedis(({ url }) =>
      withFleet(
        { redisUrl: url, queue: "q", workers: 2, env: { ...shell, HOST_RUNNER_LEASE_SECONDS: "" } },
        async (fleet) => {
          const { pid } = await submitAndStart(fleet, "t");
          workerOf(fleet, pid).child.kill("SIGKILL");
          const killedAt = Date.now();
          await waitFor(async () => (await find(fleet, "t")).status === "failed", {
            description: "its task has failed",
            timeoutMs: 15_000,
          });
          expect(await find(fleet, "t")).toMatchObject({ reason: "worker_lost" });
          expect(Date.now() - killedAt).toBeLessThan(15_000);
        },
      ),
    ));

  it("does no harm when it was only stopped, and continues after others have taken over", () =>
    withOwnRedis(({ url }) =>
      withFleet({ redisUrl: url, queue: "q", workers: 2, env: shell }, async (fleet) => {
        const { prompt, pid } = await submitAndStart(fleet, "t");
        const stopped = workerOf(fleet, pid);
        stopped.child.kill("SIGSTOP");
        try {
          await waitFor(async () => (await find(fleet, "t")).status === "failed", {
            description: "it counts as lost",
          });
          // Failed says that nothing of it runs any more, whoever is stopped.
          expect(findProcesses(prompt)).toEqual([]);
        } finally {
          stopped.child.kill("SIGCONT");
        }
        const before = await find(fleet, "t");
        await waitFor(() => /lost the lease|taken over/.test(stopped.log()), {
          description: "it has noticed",
        });
        expect(await find(fleet, "t")).toEqual(before);
        // It takes tasks again.
        for (const worker of fleet.workers) if (worker !== stopped) worker.child.kill("SIGTERM");
        await submitAndStart(fleet, "next");
        await fleet.call("POST", "/tasks/next/cancel");
      }),
    ));
});
