import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { makeWorkerCgroup } from "../../src/shell/containment/cgroup.ts";
import { readPidScope, readStat } from "../../src/shell/containment/proc.ts";
import { MEMORY, PREFIX } from "../../src/shell/worker-files/worker-folder.ts";
import { formatWorkerName, type WorkerName } from "../../src/shell/worker-files/worker-name.ts";
import { parseWorkerRecord } from "../../src/shell/worker-files/worker-record.ts";
import { availableLevels } from "../containment-levels.ts";
import { keeperProcessesOf } from "../keeper-processes.ts";
import { sleepersOf, uniqueSeconds } from "../processes.ts";
import { waitFor } from "../wait-for.ts";
import { withFolder } from "../with-folder.ts";
import { withShell } from "../with-shell.ts";
import { build, startWorker } from "../with-worker.ts";

const levels = await availableLevels();
const [strongest] = levels;
const describeHere = existsSync(MEMORY) && strongest !== "group" ? describe : describe.skip;
const pidNamespace = readPidScope()?.split("/")[1] ?? "";

/** A process that has ended. */
const dead = { pid: spawnSync("true").pid, startTime: "1", pidNamespace };
const living = { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? "", pidNamespace };
const nameOf = (process: WorkerName["process"], key = "fedcba9876543210fedcba98") =>
  formatWorkerName({ key, process });

const startNextWorker = (stateDir: string) =>
  withShell("true", { stateDir, environment: { PATH: process.env.PATH } }, async () => {});

/** All that a worker of this name has outside of its own memory, and nothing that says whose it is. */
function leaveFolders(stateDir: string, name: string) {
  const paths = [join(stateDir, name), join(MEMORY, PREFIX + name)];
  for (const path of paths) mkdirSync(join(path, "prompts"), { recursive: true, mode: 0o700 });
  const cgroup = strongest === "keeper-with-cgroup" ? makeWorkerCgroup(name) : null;
  return {
    left: () => [...paths, cgroup].filter((path) => path !== null && existsSync(path)),
    remove: () => {
      for (const path of paths) rmSync(path, { recursive: true, force: true });
      if (cgroup) spawnSync("rmdir", [join(cgroup, "probe"), cgroup]);
    },
  };
}

describeHere("what a worker leaves that dies before it has written who it is", () => {
  it("is removed by the next worker", () =>
    withFolder(async (folder) => {
      const stateDir = join(folder, "state");
      mkdirSync(stateDir, { mode: 0o700 });
      const { left, remove } = leaveFolders(stateDir, nameOf(dead));
      try {
        await startNextWorker(stateDir);
        expect(left()).toEqual([]);
      } finally {
        remove();
      }
    }));

  it("is removed by the next worker with another state folder too, but for its own", () =>
    withFolder(async (folder) => {
      const { left, remove } = leaveFolders(join(folder, "thrown-away"), nameOf(dead));
      rmSync(join(folder, "thrown-away"), { recursive: true });
      try {
        await startNextWorker(join(folder, "state"));
        expect(left()).toEqual([]);
      } finally {
        remove();
      }
    }));

  it.each<[string, string]>([
    ["its process lives", nameOf(living)],
    ["it is of another container", nameOf({ ...dead, pidNamespace: "1" })],
    ["its name does not tell which process it was", nameOf(null)],
    ["it is no worker's", "something-else"],
  ])("is left alone where %s", (_title, name) =>
    withFolder(async (folder) => {
      const stateDir = join(folder, "state");
      mkdirSync(stateDir, { mode: 0o700 });
      const { left, remove } = leaveFolders(join(folder, "another"), name);
      try {
        const before = left();
        await startNextWorker(stateDir);
        expect(left()).toEqual(before);
      } finally {
        remove();
      }
    }),
  );
});

describeHere("a worker whose state folder was thrown away after its death", () => {
  beforeAll(build, 120_000);

  it.each(levels.filter((level) => level !== "group"))(
    "has its processes, folders and cgroup cleared up by another worker, by %s",
    (containment) =>
      withFolder(async (folder) => {
        const seconds = uniqueSeconds();
        const prompts = [`setsid sleep ${seconds} & sleep ${seconds}`];
        const worker = await startWorker({ folder, gracePeriodMs: 100, prompts, shell: { containment } });
        await waitFor("the task", () => sleepersOf(seconds).length === 2);
        const { pipes, cgroup } = parseWorkerRecord(readFileSync(join(worker.folder, "worker"), "utf8"))!;
        process.kill(worker.pid, "SIGSTOP");
        const watchers = keeperProcessesOf(worker.folder);
        for (const { pid } of watchers) process.kill(pid, "SIGSTOP");
        for (const { pid } of watchers) process.kill(pid, "SIGKILL");
        await worker.kill();
        rmSync(join(folder, "state"), { recursive: true });
        await startNextWorker(join(folder, "another"));
        expect(sleepersOf(seconds)).toEqual([]);
        expect([pipes, cgroup].filter((path) => path !== null && existsSync(path))).toEqual([]);
      }),
  );
});

describeHere("workers that are killed at any moment of their start", () => {
  beforeAll(build, 120_000);

  it("leave nothing once another worker has started", () =>
    withFolder(async (folder) => {
      const stateDir = join(folder, "state");
      const pids: number[] = [];
      for (let afterMs = 40; afterMs < 400; afterMs += 20) pids.push(await startAndKill(stateDir, afterMs));
      await startNextWorker(stateDir);
      const names = [...readdirSync(stateDir), ...readdirSync(MEMORY)];
      expect(names.filter((name) => pids.some((pid) => name.includes(`.${pid}.`)))).toEqual([]);
    }));
});

/** Resolves with the pid that it had. */
async function startAndKill(stateDir: string, afterMs: number): Promise<number> {
  const script = new URL("../fixture-worker.mjs", import.meta.url).pathname;
  const config = {
    ...{ workerId: "killed", mockDurationMs: 1, gracePeriodMs: 100 },
    shell: {
      ...{ template: "sleep 60", shell: "none", envAllow: [], allowedRoots: null },
      ...{ environment: { PATH: process.env.PATH }, stateDir },
    },
  };
  const modules = new URL("../../dist/index.js", import.meta.url).href;
  const child = spawn(process.execPath, [script, JSON.stringify({ modules, config, prompts: ["a", "b"] })], {
    stdio: "ignore",
  });
  await delay(afterMs);
  child.kill("SIGKILL");
  await once(child, "exit");
  return child.pid!;
}
