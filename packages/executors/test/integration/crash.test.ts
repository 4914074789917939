import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { createExecutors } from "../../src/index.ts";
import { readPidScope, readStat } from "../../src/shell/containment/proc.ts";
import { parseWorkerRecord, type WorkerRecord } from "../../src/shell/worker-files/worker-record.ts";
import { availableLevels } from "../containment-levels.ts";
import { keeperProcessesIn, keeperProcessesOf } from "../keeper-processes.ts";
import { sleepersOf, uniqueSeconds } from "../processes.ts";
import { waitFor } from "../wait-for.ts";
import { withFolder } from "../with-folder.ts";
import { withShell } from "../with-shell.ts";
import { build, foldersOf, startWorker, type TestWorker } from "../with-worker.ts";

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

const levels = await availableLevels();
const keeperLevels = levels.filter((level) => level.startsWith("keeper"));

const recordOf = (worker: TestWorker): WorkerRecord =>
  parseWorkerRecord(readFileSync(join(worker.folder, "worker"), "utf8"))!;

/** Kills the worker and all that would stop its commands. Stopped first, so that nothing is started in between. */
async function killAll(worker: TestWorker, { keepers }: { keepers: boolean }): Promise<void> {
  process.kill(worker.pid, "SIGSTOP");
  const watchers = keeperProcessesOf(worker.folder).filter(({ kind }) => keepers || kind === "helper");
  for (const { pid } of watchers) process.kill(pid, "SIGSTOP");
  for (const { pid } of watchers) process.kill(pid, "SIGKILL");
  await worker.kill();
}

(keeperLevels.length > 0 ? describe : describe.skip)("a worker that dies", () => {
  beforeAll(build, 120_000);

  it.each(keeperLevels)(
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
        const { pipes, cgroup } = recordOf(worker);
        await worker.kill();
        const start = performance.now();
        await waitFor("its keepers to stop them", () => sleepersOf(seconds).length === 0);
        expect(performance.now() - start).toBeLessThan(GRACE_MS + 1_000);
        // The helper goes as well, and takes all that the worker had with it.
        await waitFor("the helper to end", () => foldersOf(join(folder, "state")).length === 0);
        await waitFor("the helper to be gone", () => !isRunning(worker.helperPid!));
        expect([pipes, cgroup].filter((path) => path !== null && existsSync(path))).toEqual([]);
      }),
  );

  it.each(keeperLevels)(
    "takes with it even what cleared its environment and left its session, by %s",
    (containment) =>
      withFolder(async (folder) => {
        const seconds = uniqueSeconds();
        const prompts = [
          `env -i setsid sleep ${seconds} & (env -i setsid sleep ${seconds} &); sleep ${seconds}`,
        ];
        const worker = await startWorker({
          folder,
          gracePeriodMs: GRACE_MS,
          prompts,
          shell: { containment },
        });
        await waitFor("the task", () => sleepersOf(seconds).length === 3);
        const { cgroup } = recordOf(worker);
        await worker.kill();
        await waitFor("its keepers to stop them", () => sleepersOf(seconds).length === 0);
        await waitFor("the cgroup to be removed", () => cgroup === null || !existsSync(cgroup));
      }),
  );

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
      await waitFor("the helper to end", () => foldersOf(join(folder, "state")).length === 0);
    }));

  it.each(keeperLevels)(
    "takes its processes with it though its helper was killed before, by %s",
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
        await killAll(worker, { keepers: false });
        await waitFor("its keepers to stop them", () => sleepersOf(seconds).length === 0);
        // Nobody is left who would remove its folders, but others find them.
        await startNextWorker(folder);
        expect(foldersOf(join(folder, "state"))).toEqual([]);
      }),
  );

  it.each(levels)(
    "leaves what its helper and keepers, killed as well, cannot stop to the next worker's start, by %s",
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
        const { pipes, cgroup } = recordOf(worker);
        await killAll(worker, { keepers: true });
        expect(sleepersOf(seconds)).toHaveLength(9);
        await startNextWorker(folder);
        expect(sleepersOf(seconds)).toEqual([]);
        expect([pipes, cgroup].filter((path) => path !== null && existsSync(path))).toEqual([]);
      }),
  );

  it.each(levels)(
    "leaves what its helper and keepers, killed as well, cannot stop to any other worker of its host, by %s",
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
          await killAll(worker, { keepers: true });
          await waitFor("the other worker to sweep", () => sleepersOf(seconds).length === 0);
          await waitFor("only its own folder", () => foldersOf(options.stateDir).length === 1);
        });
      }),
  );

  it.each(keeperLevels)(
    "is cleared up after by others where its helper was stopped for ever, by %s",
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
        const { pipes } = recordOf(worker);
        process.kill(worker.pid, "SIGSTOP");
        for (const { pid } of keeperProcessesIn(pipes)) process.kill(pid, "SIGSTOP");
        await worker.kill();
        await startNextWorker(folder);
        expect(sleepersOf(seconds)).toEqual([]);
        await waitFor("helper and keepers to end", () => keeperProcessesIn(pipes).length === 0);
      }),
  );

  it.each(keeperLevels)(
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
        await waitFor("its keepers to stop them", () => sleepersOf(seconds).length === 0);
        process.kill(worker.pid, "SIGCONT");
        await waitFor("its results", () => said.includes("results"));
        const { results } = JSON.parse(said.slice(said.indexOf('{"results')));
        expect(results.map(({ stopped }: { stopped: string }) => stopped)).toEqual(
          Array(3).fill("lease_lost"),
        );
        await waitFor("the helper to end", () => foldersOf(join(folder, "state")).length === 0);
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
      await waitFor("its keepers to stop them", () => sleepersOf(seconds).length === 0);
    }));

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
        "its keepers to stop them",
        () => sleepersOf(dead).length === 0 && foldersOf(join(folder, "state")).length === 1,
      );
      await withNextExecutors(folder);
      expect(sleepersOf(living)).toEqual(before);
      await second.kill();
      await waitFor("its keepers to stop them too", () => sleepersOf(living).length === 0);
      await waitFor("the other helper to end", () => foldersOf(join(folder, "state")).length === 0);
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
          pipes: join(folder, "pipes"),
          cgroup: null,
        };
        const workerFolder = join(folder, "state", "0123456789abcdef01234567");
        mkdirSync(join(folder, "state"), { mode: 0o700 });
        mkdirSync(workerFolder);
        writeFileSync(join(workerFolder, "worker"), JSON.stringify(record));
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
});

function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && stat.state !== "Z";
}
