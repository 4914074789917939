import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { isAlive, listPids, readStat } from "../../src/shell/containment/proc.ts";
import { availableLevels } from "../containment-levels.ts";
import { keeperProcessesOf, keepersOf } from "../keeper-processes.ts";
import { sleepersOf, uniqueSeconds } from "../processes.ts";
import { waitFor } from "../wait-for.ts";
import { withScripts } from "../with-scripts.ts";
import { withShell } from "../with-shell.ts";

const levels = (await availableLevels()).filter((level) => level.startsWith("keeper"));
const isRoot = process.getuid?.() === 0;
const exited = (exitCode: number) => ({ exit: { kind: "exited", exitCode }, stopped: null, survivors: [] });

/** A program that becomes a subreaper, as init systems of containers and some browsers are, and then runs a script. */
const subreaper = (script: string) =>
  `perl -MConfig -e 'syscall($Config{archname} =~ /^aarch64/ ? 167 : 157, 36, 1, 0, 0, 0); system("sh", "-c", $ARGV[0]); sleep 1000' '${script}'`;

(levels.length > 0 ? describe.each(levels) : describe.skip.each(["keeper"] as const))(
  "a keeper stops, by %s",
  (containment) => {
    it("the orphans of nested subreapers, which do not come to it", () =>
      withScripts({ containment, gracePeriodMs: 200 }, async ({ script }) => {
        const seconds = uniqueSeconds();
        const inner = `(env -i setsid sleep ${seconds} &)`;
        const { result } = await script(
          `(setsid ${subreaper(inner)} &); trap '' TERM; until pgrep -f '^sleep ${seconds}$' >/dev/null; do sleep 0.01; done`,
        );
        expect(result).toEqual(exited(0));
        expect(sleepersOf(seconds)).toEqual([]);
      }));

    it("stopped processes, without waiting for the grace period", () =>
      withScripts({ containment, gracePeriodMs: 20_000 }, async ({ script }) => {
        const seconds = uniqueSeconds();
        const start = performance.now();
        const { result } = await script(
          `(setsid sleep ${seconds} &); until pid=$(pgrep -f '^sleep ${seconds}$'); do sleep 0.01; done; kill -STOP $pid; exit 4`,
        );
        expect(result).toEqual(exited(4));
        expect(performance.now() - start).toBeLessThan(5_000);
        expect(sleepersOf(seconds)).toEqual([]);
      }));

    it("no zombie for long: those that lost their parents are waited for while the command runs", () =>
      withScripts({ containment }, async ({ script, stateDir }) => {
        const [name = ""] = readdirSync(stateDir);
        const controller = new AbortController();
        let isReady = false;
        const running = script("for i in {1..100}; do (true & exec true); done; echo ready; sleep 60", {
          signal: controller.signal,
          sink: {
            write: () => {
              isReady = true;
            },
          },
        });
        await waitFor("a hundred orphans", () => isReady);
        const [keeper = -1] = keepersOf(join(stateDir, name));
        await waitFor("all of them to be waited for", () => zombiesOf(keeper) === 0);
        controller.abort("cancel");
        await running;
      }));

    it("thousands of processes", () =>
      withScripts({ containment, gracePeriodMs: 10_000 }, async ({ script }) => {
        const seconds = uniqueSeconds();
        const controller = new AbortController();
        const running = script(
          `for i in {1..700}; do sleep ${seconds} & (setsid sleep ${seconds} &); env -i setsid sleep ${seconds} & done; wait`,
          { signal: controller.signal },
        );
        await waitFor("all of them", () => sleepersOf(seconds).length === 2_100, 25_000);
        controller.abort("cancel");
        const { result } = await running;
        expect(result).toMatchObject({ stopped: "cancel", survivors: [] });
        expect(sleepersOf(seconds)).toEqual([]);
      }));

    it("a fork bomb within a limit of processes", () =>
      withScripts({ containment, gracePeriodMs: 300 }, async ({ script }) => {
        if (!isRoot) return;
        const seconds = uniqueSeconds();
        // A limit of processes is one of a user, other than root.
        const bomb = `ulimit -u 400; bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep ${seconds}`;
        const controller = new AbortController();
        const running = script(`setpriv --reuid 65432 --clear-groups bash -c '${bomb}' 2>/dev/null`, {
          signal: controller.signal,
        });
        await waitFor("the bomb", () => processesOfUser(65432).length > 300, 20_000);
        controller.abort("cancel");
        const { result } = await running;
        expect(result).toMatchObject({ stopped: "cancel", survivors: [] });
        expect(processesOfUser(65432)).toEqual([]);
      }));

    it("what became another user's, as far as this user may", () =>
      withScripts({ containment, gracePeriodMs: 200 }, async ({ script }) => {
        if (!isRoot) return;
        const seconds = uniqueSeconds();
        const { result } = await script(
          `(setsid setpriv --reuid 65433 --clear-groups env -i sleep ${seconds} &); until pgrep -f '^sleep ${seconds}$' >/dev/null; do sleep 0.01; done`,
        );
        expect(result).toEqual(exited(0));
        expect(sleepersOf(seconds)).toEqual([]);
      }));

    it("what an agent starts whose tools get a session and an environment of their own", () =>
      withScripts({ containment, gracePeriodMs: 200 }, async ({ script }) => {
        const seconds = uniqueSeconds();
        const tool = `env -i PATH="$PATH" setsid bash -c 'sleep ${seconds} & nohup sleep ${seconds} >/dev/null 2>&1 & disown -a' &`;
        const { result } = await script(`${tool} ${tool} wait; exit 3`);
        expect(result).toEqual(exited(3));
        expect(sleepersOf(seconds)).toEqual([]);
      }));

    it("a daemon with the task that started it, whoever else uses it", () =>
      withScripts({ containment, gracePeriodMs: 200 }, async ({ script, folder }) => {
        const seconds = uniqueSeconds();
        const fifo = join(folder, "requests");
        const daemon = `while :; do read -r answer <${fifo} && echo served >$answer; done`;
        const first = script(
          `mkfifo ${fifo}; (setsid bash -c '${daemon}' </dev/null >/dev/null 2>&1 &); touch ${folder}/up; until [ -e ${folder}/go ]; do sleep 0.02; done; sleep ${seconds} & exit 0`,
        );
        await waitFor("the daemon", () => existsSync(join(folder, "up")));
        const use = `mkfifo ${folder}/$$; echo ${folder}/$$ >${fifo}; cat ${folder}/$$`;
        expect((await script(use)).output.stdout).toBe("served\n");
        spawnSync("touch", [join(folder, "go")]);
        expect((await first).result).toEqual(exited(0));
        // Nobody serves it any more.
        const late = await script(use, { signal: AbortSignal.timeout(300) });
        expect(late.output.stdout).toBe("");
        expect(late.result.stopped).not.toBeNull();
      }));

    it("nothing of another keeper's", () =>
      withScripts({ containment, gracePeriodMs: 200 }, async ({ script, folder }) => {
        const seconds = uniqueSeconds();
        const living = script(
          `setsid sleep ${seconds} & until [ -e ${folder}/go ]; do sleep 0.02; done; exit 5`,
        );
        await waitFor("the other command", () => sleepersOf(seconds).length === 1);
        for (let i = 0; i < 5; i++) await script("env -i setsid sleep 60 & exit 1");
        expect(sleepersOf(seconds)).toHaveLength(1);
        spawnSync("touch", [join(folder, "go")]);
        expect((await living).result).toEqual(exited(5));
      }));
  },
);

function zombiesOf(parent: number): number {
  return listPids().filter((pid) => {
    const text = readText(`/proc/${pid}/stat`);
    const [state, ppid] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return state === "Z" && Number(ppid) === parent;
  }).length;
}

function processesOfUser(uid: number): number[] {
  return listPids().filter((pid) => {
    const stat = readStat(pid);
    return stat && isAlive(stat) && readText(`/proc/${pid}/status`).includes(`\nUid:\t${uid}\t`);
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const describeKept = levels.length > 0 ? describe : describe.skip;

describeKept("the end of a kept command", () => {
  it.each([
    ["exit 0", { kind: "exited", exitCode: 0 }],
    ["exit 137", { kind: "exited", exitCode: 137 }],
    ["exit 255", { kind: "exited", exitCode: 255 }],
    ["kill -KILL $$", { kind: "signaled", signal: "SIGKILL" }],
    ["kill -SEGV $$", { kind: "signaled", signal: "SIGSEGV" }],
    ["kill -RTMIN+3 $$", { kind: "signaled", signal: "SIGRTMIN+3" }],
    ["kill -RTMAX $$", { kind: "signaled", signal: "SIGRTMAX" }],
  ])("is told as it was: %s", (text, exit) =>
    withScripts({}, async ({ script }) => {
      expect((await script(text)).result).toEqual({ exit, stopped: null, survivors: [] });
    }),
  );
});

describeKept("a kept command is started", () => {
  /** What `cat` says of itself. */
  const own = (name: string) => `cat /proc/self/${name}`;

  it.each(["status", "limits"])("as a shell would start it: /proc/self/%s", (name) =>
    withShell(own(name), { shell: "none", containment: "keeper" }, async ({ run }) => {
      const { output } = await run();
      const plain = execFileSync("setsid", ["-w", "sh", "-c", `exec ${own(name)}`], { encoding: "utf8" });
      // What differs between any two processes: ids, memory and how often they waited.
      const differing =
        /^(?:\S*[Pp]id|Tgid|NS\w+|Vm\w+|Rss\w+|\w*ctxt_switches|SigQ|Cpus_\w+|Mems_\w+|HugetlbPages):?\s.*$/gm;
      expect(output.stdout.replace(differing, "")).toBe(plain.replace(differing, ""));
      expect(output.stdout).toMatch(name === "status" ? /^SigIgn:\t0+$/m : /^Max open files/m);
    }),
  );

  it("with blocking pipes, which nobody else can open, and without a terminal", () =>
    withScripts({}, async ({ script }) => {
      const { output } = await script(
        "grep -h flags /proc/self/fdinfo/[12]; readlink /proc/self/fd/1; (: </dev/tty) 2>/dev/null || echo no terminal",
      );
      // O_WRONLY, and no O_NONBLOCK.
      expect(output.stdout).toMatch(
        /^flags:\t0100001\nflags:\t0100001\n\/\S+\/\d+ \(deleted\)\nno terminal\n$/,
      );
    }));

  it("with every character but NUL in its arguments and its environment", () => {
    const every = Array.from({ length: 0x2ff }, (_, index) => String.fromCharCode(index + 1)).join("");
    const text = `${every}é漢🎉\u2028\ufffe--end`;
    return withShell(
      "printenv EVERY; printf %s {prompt}",
      { envAllow: ["EVERY"], environment: { PATH: process.env.PATH, EVERY: text } },
      async ({ run }) => {
        expect((await run({ prompt: text })).output.stdout).toBe(`${text}\n${text}`);
      },
    );
  });

  it("with arguments and environment up to the system's limits, and refused beyond them", () => {
    const longest = "v".repeat(131_071 - "LONG_0=".length);
    const names = Array.from({ length: 7 }, (_, index) => `LONG_${index}`);
    const environment = Object.fromEntries(names.map((name) => [name, longest]));
    const template = `sh -c 'printf "%s\\n" $# $\{#LONG_6} $\{#1}' name ${"{prompt} ".repeat(7)}`;
    return withShell(
      template,
      { shell: "none", envAllow: names, environment: { ...environment, PATH: process.env.PATH } },
      async ({ run }) => {
        const prompt = "p".repeat(131_071);
        expect((await run({ prompt })).output.stdout).toBe(`7\n${longest.length}\n${prompt.length}\n`);
      },
    );
  });

  it("with no prompt in the memory or the arguments of its keeper and its helper", () =>
    withShell("sh -c 'sleep 60; :' name {prompt}", { shell: "none" }, async ({ run, stateDir }) => {
      const controller = new AbortController();
      const prompt = `secret-${uniqueSeconds()}`;
      const running = run({ prompt, signal: controller.signal });
      const isStarted = () =>
        listPids().some((pid) => readText(`/proc/${pid}/cmdline`).includes(`name\0${prompt}`));
      await waitFor("the command", isStarted);
      const [name = ""] = readdirSync(stateDir);
      const watchers = keeperProcessesOf(join(stateDir, name));
      expect(watchers.map(({ kind }) => kind).sort()).toEqual(["helper", "keeper"]);
      for (const { pid } of watchers) {
        expect(readText(`/proc/${pid}/cmdline`)).not.toContain(prompt);
        expect(memoryHolds(pid, "host-runner")).toBe(true);
        expect(memoryHolds(pid, prompt)).toBe(false);
      }
      controller.abort("cancel");
      await running;
    }));

  it("and the file with its prompt is gone once it runs", () =>
    withShell("sleep 60", { shell: "none" }, async ({ run, stateDir }) => {
      const controller = new AbortController();
      const running = run({ signal: controller.signal });
      const [name = ""] = readdirSync(stateDir);
      const { pipes } = JSON.parse(readFileSync(join(stateDir, name, "worker"), "utf8"));
      await waitFor("a keeper", () => keepersOf(join(stateDir, name)).length === 1);
      await waitFor("no request", () => !readdirSync(pipes).some((entry) => entry.startsWith("request-")));
      controller.abort("cancel");
      await running;
    }));

  it("in a folder that vanished meanwhile: that is the task's fault, and says so", () =>
    withScripts({ allowedRoots: null }, async ({ script, folder }) => {
      const place = join(folder, "place");
      execFileSync("mkdir", [place]);
      const { result } = await script("true", {
        projectRoot: place,
        mayStart: () => {
          execFileSync("rmdir", [place]);
          return true;
        },
      });
      const message = `working directory ${JSON.stringify(place)} does not exist`;
      expect(result.exit).toEqual({ kind: "spawn-failed", message });
    }));

  it("or not: a program that must not be executed", () =>
    withShell("./tool", { shell: "none" }, async ({ run, folder }) => {
      copyFileSync("/bin/true", join(folder, "tool"));
      chmodSync(join(folder, "tool"), 0o644);
      const { result } = await run();
      if (!isRoot || result.exit.kind === "spawn-failed") {
        expect(result.exit).toMatchObject({ message: expect.stringMatching("not executable: ./tool") });
      }
    }));
});

/** Whether the text is anywhere in the memory of a process. */
function memoryHolds(pid: number, text: string): boolean {
  const needle = Buffer.from(text);
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    return readFileSync(`/proc/${pid}/maps`, "latin1")
      .split("\n")
      .some((line) => {
        const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line) ?? [];
        if (start === undefined || end === undefined || /\[v(?:var|syscall)/.test(line)) return false;
        const from = BigInt(`0x${start}`);
        const buffer = Buffer.alloc(Number(BigInt(`0x${end}`) - from));
        try {
          return buffer.subarray(0, readSync(memory, buffer, 0, buffer.length, from)).includes(needle);
        } catch {
          return false;
        }
      });
  } finally {
    closeSync(memory);
  }
}
