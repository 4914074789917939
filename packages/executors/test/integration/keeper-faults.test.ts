import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { findPerl } from "../../src/keeper/helper.ts";
import { KeepersUnavailable } from "../../src/keeper/keepers.ts";
import { readStat } from "../../src/shell/containment/proc.ts";
import { availableLevels } from "../containment-levels.ts";
import { helperOf, keepersOf } from "../keeper-processes.ts";
import { sleepersOf, uniqueSeconds } from "../processes.ts";
import { waitFor } from "../wait-for.ts";
import { withFolder } from "../with-folder.ts";
import { type TestKeepers, withKeepers } from "../with-keepers.ts";
import { type TestScripts, withScripts } from "../with-scripts.ts";

const levels = (await availableLevels()).filter((level) => level.startsWith("keeper"));
const isRoot = process.getuid?.() === 0;
const exited = (exitCode: number) => ({ exit: { kind: "exited", exitCode }, stopped: null, survivors: [] });
const killed = { exit: { kind: "signaled", signal: "SIGKILL" }, stopped: null, survivors: [] };

const folderOf = ({ stateDir }: TestScripts) => join(stateDir, readdirSync(stateDir)[0]!);

(levels.length > 0 ? describe.each(levels) : describe.skip.each(["keeper"] as const))(
  "with containment by %s",
  (containment) => {
    const kinds: [title: string, kill: string][] = [
      ["its keeper", "kill -KILL $PPID"],
      ["the helper", "kill -KILL $helper"],
      ["its keeper and the helper", "kill -KILL $PPID $helper"],
      ["the helper and then its keeper", "kill -KILL $helper; sleep 0.3; kill -KILL $PPID"],
    ];

    it.each(kinds)("a command that kills %s has no wrong end, and leaves nothing", (title, kill) =>
      withScripts({ containment, gracePeriodMs: 200 }, async (shell) => {
        const seconds = uniqueSeconds();
        // Without a cgroup, nobody finds what hides from the helper as well.
        const hide = containment === "keeper-with-cgroup" || title === "its keeper" ? "env -i" : "";
        const { result } = await shell.script(
          `helper=$(ps -o ppid= -p $PPID); setsid ${hide} sleep ${seconds} & (${hide} setsid sleep ${seconds} &); until [ $(pgrep -fc '^sleep ${seconds}$') = 2 ]; do sleep 0.01; done; ${kill}; ${title === "the helper" ? "exit 6" : `sleep ${seconds}`}`,
        );
        expect(result).toEqual(title === "the helper" ? exited(6) : killed);
        expect(sleepersOf(seconds)).toEqual([]);
        // The next ones go on as if nothing had been.
        for (let i = 0; i < 3; i++) expect((await shell.script("exit 3")).result).toEqual(exited(3));
      }),
    );

    it("a command that kills its keeper and exits with 0 is no success", () =>
      withScripts({ containment, gracePeriodMs: 200 }, async ({ script }) => {
        expect((await script("kill -KILL $PPID; exit 0")).result).toEqual(killed);
      }));

    it("the helper killed again and again loses no command", () =>
      withScripts({ containment }, async (shell) => {
        const folder = folderOf(shell);
        let helpers = 0;
        const killer = setInterval(() => {
          const helper = helperOf(folder);
          if (helper === null) return;
          process.kill(helper, "SIGKILL");
          helpers += 1;
        }, 40);
        try {
          for (let round = 0; round < 10; round++) {
            // More each time, so that keepers are asked for.
            const commands = Array.from({ length: 2 + round }, (_, index) => shell.script(`exit ${index}`));
            const results = await Promise.all(commands);
            // What meets a pause before the next helper is given back, and nothing else.
            for (const [index, { result }] of results.entries()) {
              if (result.exit.kind !== "not-started") expect(result).toEqual(exited(index));
            }
          }
        } finally {
          clearInterval(killer);
        }
        expect(helpers).toBeGreaterThan(0);
        await waitFor("a helper that stays", () => helperOf(folder) !== null, 15_000);
        await waitFor(
          "the next command",
          async () => (await shell.script("exit 9")).result.exit.kind === "exited",
        );
      }));

    it("a killed helper is replaced, and the commands of its keepers end as they would have", () =>
      withScripts({ containment, gracePeriodMs: 200 }, async (shell) => {
        const { script, folder } = shell;
        const seconds = uniqueSeconds();
        const [first, second] = [1, 2].map((code) =>
          script(`setsid sleep ${seconds} & until [ -e ${folder}/go ]; do sleep 0.02; done; exit ${code}`),
        );
        await waitFor("both commands", () => sleepersOf(seconds).length === 2);
        const helper = helperOf(folderOf(shell))!;
        process.kill(helper, "SIGKILL");
        await waitFor("another helper", () => ![null, helper].includes(helperOf(folderOf(shell))));
        expect((await script("exit 3")).result).toEqual(exited(3));
        writeFileSync(join(folder, "go"), "");
        expect((await first!).result).toEqual(exited(1));
        expect((await second!).result).toEqual(exited(2));
        expect(sleepersOf(seconds)).toEqual([]);
      }));

    it("a stopped helper is replaced, and no command is lost", () =>
      withScripts({ containment }, async (shell) => {
        expect((await shell.script("exit 0")).result).toEqual(exited(0));
        const helper = helperOf(folderOf(shell))!;
        process.kill(helper, "SIGSTOP");
        const results = await Promise.all([1, 2, 3, 4].map((code) => shell.script(`exit ${code}`)));
        expect(results.map(({ result }) => result)).toEqual([1, 2, 3, 4].map(exited));
        expect(helperOf(folderOf(shell))).not.toBe(helper);
        await waitFor("the end of the stopped one", () => readStat(helper) === null);
      }));

    it("a stopped keeper that is idle is replaced, and no command is lost", () =>
      withScripts({ containment }, async (shell) => {
        expect((await shell.script("exit 0")).result).toEqual(exited(0));
        // Its helper would continue it.
        process.kill(helperOf(folderOf(shell))!, "SIGSTOP");
        for (const keeper of keepersOf(folderOf(shell))) process.kill(keeper, "SIGSTOP");
        expect((await shell.script("exit 4")).result).toEqual(exited(4));
      }));

    it("a stopped keeper is continued, with or without its helper", () =>
      withScripts({ containment }, async (shell) => {
        for (const withHelper of [true, false]) {
          const go = join(shell.folder, `go-${withHelper}`);
          const seconds = uniqueSeconds();
          const running = shell.script(`sleep ${seconds} & until [ -e ${go} ]; do sleep 0.02; done; exit 4`);
          await waitFor("the command", () => sleepersOf(seconds).length > 0);
          const [keeper = -1] = keepersOf(folderOf(shell));
          if (!withHelper) process.kill(helperOf(folderOf(shell))!, "SIGKILL");
          process.kill(keeper, "SIGSTOP");
          writeFileSync(go, "");
          expect((await running).result).toEqual(exited(4));
          expect(sleepersOf(seconds)).toEqual([]);
        }
      }));

    it("keepers killed while commands run cost those commands alone", () =>
      withScripts({ containment, gracePeriodMs: 200 }, async (shell) => {
        const seconds = uniqueSeconds();
        const doomed = shell.script(`env -i setsid sleep ${seconds} & sleep ${seconds}`);
        await waitFor("its processes", () => sleepersOf(seconds).length === 2);
        const [keeper = -1] = keepersOf(folderOf(shell));
        const other = shell.script("sleep 1; exit 7");
        process.kill(keeper, "SIGKILL");
        expect((await doomed).result).toEqual(killed);
        expect(sleepersOf(seconds)).toEqual([]);
        expect((await other).result).toEqual(exited(7));
      }));

    it("a cgroup or a folder that somebody removed is made again, without a failed command", () =>
      withScripts({ containment }, async (shell) => {
        const { cgroup, pipes } = JSON.parse(readFileSync(join(folderOf(shell), "worker"), "utf8"));
        expect((await shell.script("exit 1")).result).toEqual(exited(1));
        if (cgroup !== null) {
          for (const name of readdirSync(cgroup)) if (/^\d+$/.test(name)) rmdirSync(join(cgroup, name));
          expect((await shell.script("exit 2")).result).toEqual(exited(2));
        }
        rmSync(pipes, { recursive: true });
        const results = await Promise.all([3, 4, 5].map((code) => shell.script(`exit ${code}`)));
        expect(results.map(({ result }) => result)).toEqual([3, 4, 5].map(exited));
      }));
  },
);

/** Keepers whose first helper is somebody else: a script for sh. Later ones are helpers. */
const withFakeHelper = (first: string, use: (keepers: TestKeepers) => Promise<void>) =>
  withKeepers(
    {
      fakePerl(folder) {
        const perl = join(folder, "perl");
        const second = join(folder, "second");
        const script = `#!/bin/sh\nif [ -e ${second} ]; then exec ${findPerl()} "$@"; fi\n: >${second}\n${first}\n`;
        writeFileSync(perl, script, { mode: 0o755 });
        return perl;
      },
    },
    use,
  );

(levels.length > 0 ? describe : describe.skip)("a helper", () => {
  it.each([
    ["sends nonsense", "echo ready alone; read order; echo 'I am no helper'; sleep 60"],
    [
      "sends a line without end",
      "echo ready alone; read order; head -c 5000 /dev/zero | tr '\\0' x; sleep 60",
    ],
    ["does not answer", "echo ready alone; read order; exec sleep 60"],
    ["ends", "echo ready alone; read order; exit 1"],
    ["claims that it cannot go on", "echo ready alone; read order; echo unable to; sleep 60"],
  ])("that %s is replaced, and no command is lost", (_title, first) =>
    withFakeHelper(first, async ({ run }) => {
      expect(await run("exit 0").ended).toMatchObject({ kind: "ended", status: 0 });
    }),
  );

  it("that has no process ids left says so, and the command can be asked for again", () =>
    withFakeHelper(
      "echo ready alone; for i in 1 2; do read word number; echo unforked $number 11; done; sleep 60",
      async ({ run }) => {
        for (let i = 0; i < 2; i++) {
          expect(await run("exit 0").ended).toEqual({ kind: "failed", step: "fork", errno: 11 });
        }
      },
    ));

  it.each([
    ["says that it is unable", "echo unable no such thing; sleep 60", "no such thing"],
    ["ends at once", "exit 1", "ends at once"],
  ])("that %s means that there are no keepers", async (_title, first, message) => {
    const starting = withFakeHelper(first, async () => {});
    await expect(starting).rejects.toThrow(KeepersUnavailable);
    await expect(withFakeHelper(first, async () => {})).rejects.toThrow(message);
  });
});

describe("a worker on a host without process ids", () => {
  it("gives commands back until there are some, whoever has none", () =>
    withScripts({}, async (shell) => {
      const limit = await limitProcesses();
      if (!limit) return;
      try {
        const helper = helperOf(folderOf(shell));
        if (helper === null) return;
        limit.apply(helper);
        const { result } = await shell.script("exit 0");
        expect(result.exit).toEqual({
          kind: "not-started",
          hostFault: "cannot start a command (fork): out of process ids, or too many processes",
        });
        expect(await shell.executors.checkHost()).toMatch("out of process ids");
        limit.lift();
        expect(await shell.executors.checkHost()).toBeNull();
        expect((await shell.script("exit 5")).result).toEqual(exited(5));
      } finally {
        limit.lift();
        const helper = helperOf(folderOf(shell));
        for (const pid of [helper, ...keepersOf(folderOf(shell))]) if (pid !== null) limit.release(pid);
        limit.remove();
      }
    }));
});

/** A cgroup with a limit of processes, of either version; null where this host gives none. */
async function limitProcesses() {
  const home = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].find((path) =>
    existsSync(join(path, "cgroup.procs")),
  );
  if (!isRoot || home === undefined) return null;
  const path = join(home, `host-runner-test-${process.pid}`);
  try {
    mkdirSync(path);
    writeFileSync(join(path, "pids.max"), "max");
  } catch {
    if (existsSync(path)) rmdirSync(path);
    return null;
  }
  return {
    apply(pid: number) {
      writeFileSync(join(path, "cgroup.procs"), String(pid));
      writeFileSync(join(path, "pids.max"), "1");
    },
    lift: () => writeFileSync(join(path, "pids.max"), "max"),
    release: (pid: number) => writeFileSync(join(home, "cgroup.procs"), String(pid)),
    remove: () => rmdirSync(path),
  };
}

describe("a worker of another user than root", () => {
  it("names what became root's as a survivor, and frees the slot", () =>
    withFolder(async (folder) => {
      if (!isRoot || levels.length === 0) return;
      const seconds = uniqueSeconds();
      // A program that everybody may use to become root.
      const become = join(folder, "become-root");
      execFileSync("cp", ["/usr/bin/setpriv", become]);
      chmodSync(become, 0o4755);
      chmodSync(folder, 0o755);
      const home = join(folder, "home");
      execFileSync("install", ["-d", "-m", "700", "-o", "65434", home]);
      const script = new URL("../fixture-worker.mjs", import.meta.url).pathname;
      const config = {
        ...{ workerId: "fixture", mockDurationMs: 1, gracePeriodMs: 100 },
        shell: {
          ...{
            template: `sh -c '. "$1"' name {prompt_file}`,
            shell: "none",
            envAllow: [],
            allowedRoots: null,
          },
          ...{ environment: { PATH: process.env.PATH, HOME: home }, stateDir: join(home, "state") },
        },
      };
      const prompts = [`setsid ${become} --reuid 0 sleep ${seconds} & exec sleep 0.3`, "exit 3"];
      const modules = new URL("../../dist/index.js", import.meta.url).href;
      const child = spawn(process.execPath, [script, JSON.stringify({ modules, config, prompts })], {
        ...{ uid: 65434, gid: 65434, cwd: "/", stdio: ["ignore", "pipe", "inherit"] },
      });
      try {
        let said = "";
        child.stdout?.on("data", (data) => {
          said += data;
        });
        await once(child.stdout!, "end");
        expect(said).toMatch(/"containment":"containment by keeper:/);
        const { results } = JSON.parse(said.slice(said.indexOf('{"results')));
        expect(results).toEqual([{ ...exited(0), survivors: sleepersOf(seconds) }, exited(3)]);
        expect(results[0].survivors).toHaveLength(1);
      } finally {
        for (const pid of sleepersOf(seconds)) process.kill(pid, "SIGKILL");
        child.kill("SIGKILL");
      }
    }));
});
