import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createExecutors } from "../../src/index.ts";
import { waitFor } from "../wait-for.ts";
import { withFolder } from "../with-folder.ts";
import { withShell } from "../with-shell.ts";

const exited = (exitCode: number) => ({ exit: { kind: "exited", exitCode }, stopped: null, survivors: [] });
const notStarted = (hostFault: RegExp | string) => ({
  exit: { kind: "not-started", hostFault: expect.stringMatching(hostFault) },
  stopped: null,
  survivors: [],
});

describe("a program that is missing", () => {
  it.each([
    ["no-such-program {prompt}", "none"],
    ["/no/such/program {prompt}", "none"],
    ["no-such-program -- {prompt} 2>&1", "bash -c"],
    ["bash -c 'no-such-program \"$1\"' name {prompt}", "none"],
  ])("stops the start: %s, with shell %s", (template, shell) =>
    withFolder(async (folder) => {
      const executors = createExecutors({
        workerId: "test",
        mockDurationMs: 1,
        gracePeriodMs: 100,
        shell: {
          ...{ template, shell, envAllow: [], allowedRoots: null },
          ...{ environment: process.env, stateDir: join(folder, "state") },
        },
      });
      await expect(executors.start()).rejects.toThrow(/HOST_RUNNER_CMD_TEMPLATE: the program .*program is/);
      expect(existsSync(join(folder, "state"))).toBe(false);
    }),
  );

  it("because it vanished is a fault of the host until it is back", () =>
    withFolder(async (bin) => {
      const program = join(bin, "tool");
      copyFileSync("/bin/true", program);
      chmodSync(program, 0o755);
      const templates = [
        [`${program} {prompt}`, "none"],
        ["tool {prompt}", "none"],
        ["tool -- {prompt} >/dev/null", "bash -c"],
      ] as const;
      for (const [template, shell] of templates) {
        const environment = { PATH: `${bin}:/usr/bin:/bin`, HOME: "/" };
        await withShell(template, { shell, environment }, async ({ run, executors }) => {
          expect((await run()).result).toEqual(exited(0));
          renameSync(program, `${program}.away`);
          expect((await run()).result).toEqual(notStarted(/the program .*tool is/));
          expect(executors.available()).toEqual(["mock"]);
          expect(await executors.checkHost()).toMatch(/the program .*tool is/);
          renameSync(`${program}.away`, program);
          expect(await executors.checkHost()).toBeNull();
          expect(executors.available()).toEqual(["mock", "shell"]);
          expect((await run()).result).toEqual(exited(0));
        });
      }
    }));

  it.each([
    ["tool {prompt}", "bash -lc"],
    ["cd /tmp; tool {prompt}", "bash -c"],
    ["if true; then tool {prompt}; fi", "bash -c"],
    ['"$TOOL" {prompt}', "bash -c"],
    ["echo {prompt}", "bash -c"],
  ])("is the shell's to find where that is not plain: %s, with shell %s", (template, shell) =>
    withShell(template, { shell }, async ({ run }) => {
      expect((await run()).result.exit.kind).toBe("exited");
    }),
  );

  it("is a fault of the host too where only its interpreter is missing", () =>
    withFolder(async (bin) => {
      writeFileSync(join(bin, "tool"), "#!/no/such/interpreter\n", { mode: 0o755 });
      await withShell(join(bin, "tool"), { shell: "none" }, async ({ run }) => {
        expect((await run()).result).toEqual(notStarted("no such file, or the interpreter"));
      });
    }));
});

describe("folders of a worker that somebody removes", () => {
  const removals: [string, (folders: { worker: string; pipes: string }) => void][] = [
    ["the pipes", ({ pipes }) => rmSync(pipes, { recursive: true })],
    ["the prompts", ({ worker }) => rmSync(join(worker, "prompts"), { recursive: true })],
    ["all of it", ({ worker }) => rmSync(worker, { recursive: true })],
  ];

  it.each(removals)("are made again for the next command: %s", (_, remove) =>
    withShell("cat {prompt_file}", {}, async ({ run, stateDir }) => {
      const [key = ""] = readdirSync(stateDir);
      const worker = join(stateDir, key);
      const { pipes } = JSON.parse(readFileSync(join(worker, "worker"), "utf8")) as { pipes: string };
      remove({ worker, pipes });
      expect((await run({ prompt: "hi" })).output.stdout).toBe("hi");
    }),
  );

  it("are found by a later worker as they were", () =>
    withShell("sleep 60", {}, async ({ run, stateDir }) => {
      const controller = new AbortController();
      const running = run({ signal: controller.signal });
      const [name = ""] = readdirSync(stateDir);
      const record = () => readFileSync(join(stateDir, name, "worker"), "utf8");
      const before = record();
      rmSync(join(stateDir, name), { recursive: true });
      await waitFor("the record is there again", () => existsSync(join(stateDir, name, "worker")));
      expect(record()).toBe(before);
      controller.abort("cancel");
      await running;
    }));
});

const isRoot = process.getuid?.() === 0;

/** Mounts a small file system in memory, if this machine allows it. */
function mountSmall(path: string): boolean {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("a disk that is full", () => {
  it("is a fault of the host where the prompt file does not fit, until there is room", () =>
    withFolder(async (folder) => {
      const stateDir = join(folder, "small");
      if (!isRoot || !mountSmall(stateDir)) return;
      try {
        await withShell("cat {prompt_file}", { stateDir }, async ({ run, executors }) => {
          expect((await run()).output.stdout).toBe("a prompt");
          try {
            writeFileSync(join(stateDir, "filler"), Buffer.alloc(512 * 1024));
          } catch {
            // As intended: nothing more fits.
          }
          expect((await run()).result).toEqual(
            notStarted(/^cannot write the prompt file: no space left on the disk$/),
          );
          expect(await executors.checkHost()).toBe("no space left on the disk");
          rmSync(join(stateDir, "filler"));
          expect(await executors.checkHost()).toBeNull();
          expect((await run()).output.stdout).toBe("a prompt");
        });
      } finally {
        execFileSync("umount", [stateDir]);
      }
    }));

  it("of the pipes is a fault of the host, and leaves no half batch behind", () =>
    withShell("echo hi", {}, async ({ run, executors, stateDir }) => {
      const [key = ""] = readdirSync(stateDir);
      const worker = join(stateDir, key);
      const { pipes } = JSON.parse(readFileSync(join(worker, "worker"), "utf8")) as { pipes: string };
      if (!isRoot || !mountFewFiles(pipes)) return;
      try {
        expect((await run()).result).toEqual(
          notStarted(/cannot make a pipe for the command's output: no space left on the disk/),
        );
        expect(readdirSync(pipes)).toEqual([]);
        expect(await executors.checkHost()).toMatch("no space left on the disk");
      } finally {
        execFileSync("umount", [pipes]);
      }
      expect((await run()).output.stdout).toBe("hi\n");
    }));
});

function mountFewFiles(path: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "nr_inodes=10,mode=0700", "tmpfs", path], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}
