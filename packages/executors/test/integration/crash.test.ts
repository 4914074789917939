import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { createExecutors } from "../../src/index.ts";
import { findOwnCgroup } from "../../src/shell/containment/cgroup.ts";
import { readPidScope, readStat } from "../../src/shell/containment/proc.ts";
import { availableLevels } from "../containment-levels.ts";
import { sleepersOf, uniqueSeconds } from "../processes.ts";
import { waitFor } from "../wait-for.ts";
import { withFolder } from "../with-folder.ts";
import { withShell } from "../with-shell.ts";
import { build, foldersOf, startWorker } from "../with-worker.ts";

const GRACE_MS = 600;

/** Three tasks, nine processes: plain ones, escaped ones, and ones that ignore SIGTERM. */
const threeTasks = (seconds: string) => [
  `sleep ${seconds} & sleep ${seconds}`,
  `setsid sleep ${seconds} & (setsid sleep ${seconds} &); (setsid sleep ${seconds} </dev/null >/dev/null 2>&1 &); sleep ${seconds}`,
  `trap '' TERM; setsid sleep ${seconds} & env -i sleep ${seconds} & sleep ${seconds}`,
];

/** A worker that finds what is left, as the next one on this host does. */
async function startNextWorker(folder: string): Promise<void> {
  await withShell(
    "true",
    { stateDir: join(folder, "state"), environment: { PATH: process.env.PATH } },
    async () => {},
  );
}

const levels = (await availableLevels()).filter((level) => level !== "group");

(levels.length > 0 ? describe : describe.skip)("a worker that dies", () => {
  beforeAll(build, 120_000);

  it.each(levels)(
    "under SIGKILL takes its processes with it within the grace period and a second, by %s",
    (containment) =>
      withFolder(async (folder) => {
        const seconds = uniqueSeconds();
        const worker = await startWorker({
          folder,
          gracePeriodMs: GRACE_MS,
          prompts: threeTasks(seconds),
          shell: { containment },
        });
        await waitFor("all tasks", () => sleepersOf(seconds).length === 9);
        await worker.kill();
        const start = performance.now();
        await waitFor("the guard to sweep", () => sleepersOf(seconds).length === 0);
        expect(performance.now() - start).toBeLessThan(GRACE_MS + 1_000);
        // The guard goes as well, and takes the worker's folder with it.
        await waitFor("the guard to end", () => foldersOf(join(folder, "state")).length === 0);
        await waitFor("the guard to be gone", () => !isRunning(worker.guardPid));
      }),
  );

  it("takes with it even what cleared its environment and left its session, by cgroup", () =>
    withFolder(async (folder) => {
      if (!levels.includes("cgroup")) return;
      const seconds = uniqueSeconds();
      const prompts = [
        `env -i setsid sleep ${seconds} & (env -i setsid sleep ${seconds} &); sleep ${seconds}`,
      ];
      const worker = await startWorker({ folder, gracePeriodMs: GRACE_MS, prompts });
      await waitFor("the task", () => sleepersOf(seconds).length === 3);
      const record = JSON.parse(
        readFileSync(join(folder, "state", foldersOf(join(folder, "state"))[0]!, "worker"), "utf8"),
      );
      await worker.kill();
      await waitFor("the guard to sweep", () => sleepersOf(seconds).length === 0);
      await waitFor("the cgroup to be removed", () => !existsSync(record.cgroup));
    }));

  it("gives a command that traps SIGTERM the grace period", () =>
    withFolder(async (folder) => {
      const file = join(folder, "said");
      // Its output has nobody to read it any more: what writes to that gets SIGPIPE.
      const prompts = [
        `exec 2>/dev/null; trap 'sleep 0.2; echo bye >${file}; exit' TERM; touch ${file}.ready; while :; do sleep 0.02; done`,
      ];
      const worker = await startWorker({ folder, gracePeriodMs: 5_000, prompts });
      await waitFor("the task", () => existsSync(`${file}.ready`));
      await worker.kill();
      await waitFor("its last words", () => existsSync(file));
      await waitFor("the guard to end", () => foldersOf(join(folder, "state")).length === 0);
    }));

  it.each(levels)(
    "leaves what its guard, killed as well, cannot stop to the next worker's start, by %s",
    (containment) =>
      withFolder(async (folder) => {
        const seconds = uniqueSeconds();
        const worker = await startWorker({
          folder,
          gracePeriodMs: 100,
          prompts: threeTasks(seconds),
          shell: { containment },
        });
        await waitFor("all tasks", () => sleepersOf(seconds).length === 9);
        // Stopped first, so that it does not start another guard in between.
        process.kill(worker.pid, "SIGSTOP");
        process.kill(worker.guardPid, "SIGKILL");
        await worker.kill();
        expect(sleepersOf(seconds)).toHaveLength(9);
        await startNextWorker(folder);
        expect(sleepersOf(seconds)).toEqual([]);
      }),
  );

  it.each(levels)(
    "leaves what its guard, killed as well, cannot stop to any other worker of its host, by %s",
    (containment) =>
      withFolder(async (folder) => {
        const options = { stateDir: join(folder, "state"), environment: { PATH: process.env.PATH } };
        await withShell("true", options, async () => {
          const seconds = uniqueSeconds();
          const worker = await startWorker({
            folder,
            gracePeriodMs: 100,
            prompts: threeTasks(seconds),
            shell: { containment },
          });
          await waitFor("all tasks", () => sleepersOf(seconds).length === 9);
          process.kill(worker.pid, "SIGSTOP");
          process.kill(worker.guardPid, "SIGKILL");
          await worker.kill();
          await waitFor("the other worker to sweep", () => sleepersOf(seconds).length === 0);
          await waitFor("only its own folder", () => foldersOf(options.stateDir).length === 1);
        });
      }),
  );

  it.each(levels)(
    "and is only stopped has its commands stopped all the same, and knows of it when it goes on, by %s",
    (containment) =>
      withFolder(async (folder) => {
        const seconds = uniqueSeconds();
        const worker = await startWorker({
          folder,
          gracePeriodMs: 60_000,
          prompts: threeTasks(seconds),
          shell: { containment, silentAfterMs: 900 },
        });
        let said = "";
        worker.process.stdout?.on("data", (data) => {
          said += data;
        });
        await waitFor("all tasks", () => sleepersOf(seconds).length === 9);
        process.kill(worker.pid, "SIGSTOP");
        await waitFor("the guard to stop them", () => sleepersOf(seconds).length === 0);
        process.kill(worker.pid, "SIGCONT");
        await waitFor("its results", () => said.includes("results"));
        const { results } = JSON.parse(said.slice(said.indexOf('{"results')));
        expect(results.map(({ stopped }: { stopped: string }) => stopped)).toEqual(
          Array(3).fill("lease_lost"),
        );
        await waitFor("the guard to end", () => foldersOf(join(folder, "state")).length === 0);
      }),
  );

  it("and is well has its commands left alone, however long they run", () =>
    withFolder(async (folder) => {
      const seconds = uniqueSeconds();
      const worker = await startWorker({
        folder,
        gracePeriodMs: 100,
        prompts: [`sleep ${seconds}`],
        shell: { silentAfterMs: 300 },
      });
      await waitFor("the task", () => sleepersOf(seconds).length === 1);
      const later = performance.now() + 1_500;
      await waitFor("five times as long", () => performance.now() > later);
      expect(sleepersOf(seconds)).toHaveLength(1);
      await worker.kill();
      await waitFor("the guard to sweep", () => sleepersOf(seconds).length === 0);
    }));

  it.each(levels)("replaces a guard that was killed, by %s", (containment) =>
    withFolder(async (folder) => {
      const seconds = uniqueSeconds();
      const prompts = [`sleep ${seconds}`];
      const worker = await startWorker({ folder, gracePeriodMs: 100, prompts, shell: { containment } });
      await waitFor("the task", () => sleepersOf(seconds).length === 1);
      process.kill(worker.guardPid, "SIGKILL");
      const [workerFolder = ""] = foldersOf(join(folder, "state"));
      await waitFor("another guard", () => {
        const pid = Number(readFileSync(join(folder, "state", workerFolder, "guard"), "utf8").split(" ")[0]);
        return pid !== worker.guardPid && isRunning(pid);
      });
      await worker.kill();
      await waitFor("the guard to sweep", () => sleepersOf(seconds).length === 0);
      await waitFor("the guard to end", () => foldersOf(join(folder, "state")).length === 0);
    }),
  );

  it("takes nothing of another worker's with it, and the next one clears up nothing of one that lives", () =>
    withFolder(async (folder) => {
      const [dead, living] = [uniqueSeconds(), uniqueSeconds()];
      const start = (seconds: string) =>
        startWorker({ folder, gracePeriodMs: 100, prompts: [`setsid sleep ${seconds} & sleep ${seconds}`] });
      const first = await start(dead);
      const second = await start(living);
      await waitFor("both tasks", () => sleepersOf(dead).length === 2 && sleepersOf(living).length === 2);
      const before = sleepersOf(living);
      await first.kill();
      await waitFor(
        "the guard to sweep",
        () => sleepersOf(dead).length === 0 && foldersOf(join(folder, "state")).length === 1,
      );
      await withNextExecutors(folder);
      expect(sleepersOf(living)).toEqual(before);
      await second.kill();
      await waitFor("the other guard to sweep", () => sleepersOf(living).length === 0);
      await waitFor("the other guard to end", () => foldersOf(join(folder, "state")).length === 0);
    }));

  it("has left pids that are others' by now: those are not touched", () =>
    withFolder(async (folder) => {
      const seconds = uniqueSeconds();
      const bystander = spawn("sleep", [seconds], { detached: true, stdio: "ignore" });
      try {
        // What a dead worker recorded, with the bystander's pid as its command's and its own.
        const record = {
          workerId: "dead",
          pid: bystander.pid,
          startTime: "1",
          pidScope: readPidScope(),
          gracePeriodMs: 0,
          fifos: join(folder, "fifos"),
          cgroup: null,
        };
        const workerFolder = join(folder, "state", "0123456789abcdef01234567");
        mkdirSync(join(folder, "state"), { mode: 0o700 });
        mkdirSync(workerFolder);
        writeFileSync(join(workerFolder, "worker"), JSON.stringify(record));
        writeFileSync(join(workerFolder, "running"), `${bystander.pid} 1\n`);
        await startNextWorker(folder);
        expect(existsSync(workerFolder)).toBe(false);
        expect(sleepersOf(seconds)).toEqual([bystander.pid]);
      } finally {
        bystander.kill("SIGKILL");
        await once(bystander, "exit");
      }
    }));
});

/** Starts and closes another worker's executors, with no look at what is left. */
async function withNextExecutors(folder: string): Promise<void> {
  const executors = createExecutors({
    workerId: "next",
    mockDurationMs: 1,
    gracePeriodMs: 100,
    shell: {
      template: "true",
      shell: "none",
      envAllow: [],
      allowedRoots: null,
      environment: { PATH: process.env.PATH },
      stateDir: join(folder, "state"),
    },
  });
  await executors.start();
  await executors.close();
}

describe("a worker that closes", () => {
  it("leaves nothing running, even if it did not wait for its tasks", async () => {
    const seconds = uniqueSeconds();
    let running: Promise<unknown> | null = null;
    await withShell(`sleep ${seconds}`, {}, async ({ run }) => {
      running = run();
      await waitFor("the task", () => sleepersOf(seconds).length === 1);
    });
    expect(sleepersOf(seconds)).toEqual([]);
    await expect(running).resolves.toMatchObject({ result: { exit: { kind: "signaled" } } });
  });

  it("comes back to the cgroup it came from", async () => {
    const before = findOwnCgroup();
    await withShell("true", {}, async () => {});
    expect(findOwnCgroup()).toBe(before);
  });
});

function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && stat.state !== "Z";
}
