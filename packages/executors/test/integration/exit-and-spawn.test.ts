import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { availableLevels } from "../containment-levels.ts";
import { sleepersOf, uniqueSeconds } from "../processes.ts";
import { waitFor } from "../wait-for.ts";
import { withShell } from "../with-shell.ts";

const exited = (exitCode: number) => ({ exit: { kind: "exited", exitCode }, stopped: null, survivors: [] });
const failed = (message: RegExp | string) => ({
  exit: { kind: "spawn-failed", message: expect.stringMatching(message) },
  stopped: null,
  survivors: [],
});

const notStarted = (hostFault: RegExp | string) => ({
  exit: { kind: "not-started", hostFault: expect.stringMatching(hostFault) },
  stopped: null,
  survivors: [],
});

describe("the end of a command", () => {
  it("is its exit code where it exits", () =>
    withShell("exit 3", {}, async ({ run }) => {
      expect((await run()).result).toEqual(exited(3));
    }));

  it("is the signal where one ended it, and no code", () =>
    withShell("kill -9 $$", {}, async ({ run }) => {
      const exit = { kind: "signaled", signal: "SIGKILL" };
      expect((await run()).result).toEqual({ exit, stopped: null, survivors: [] });
    }));
});

describe("a command that cannot be started", () => {
  it.each([
    ["/etc/passwd {prompt}", "not executable: /etc/passwd"],
    ["/ {prompt}", "not executable: /"],
    ["./no-such-program {prompt}", "cannot run ./no-such-program: no such file, or the interpreter"],
  ])("says why: %s", (template, message) =>
    withShell(template, { shell: "none" }, async ({ run }) => {
      expect((await run()).result).toEqual(failed(message));
    }),
  );

  it("names the interpreter that is missing as a possible cause", () =>
    withShell("./script", { shell: "none" }, async ({ run, folder }) => {
      writeFileSync(join(folder, "script"), "#!/no/such/interpreter\n");
      chmodSync(join(folder, "script"), 0o755);
      expect((await run()).result).toEqual(failed("cannot run ./script: no such file, or the interpreter"));
    }));

  it("leaves the next one as it was", () =>
    withShell("./program", { shell: "none" }, async ({ run, folder }) => {
      expect((await run()).result).toEqual(failed("no such file"));
      symlinkSync("/bin/true", join(folder, "program"));
      expect((await run()).result).toEqual(exited(0));
    }));
});

describe("the working directory", () => {
  it.each([
    ["missing", "does not exist"],
    ["file", "is not a directory"],
    ["file/below", "is not a directory"],
    ["outside", "is outside of HOST_RUNNER_ALLOWED_ROOTS"],
    ["root/way-out", "is outside of HOST_RUNNER_ALLOWED_ROOTS"],
    ["root/../outside", "is outside of HOST_RUNNER_ALLOWED_ROOTS"],
    ["root-with-a-longer-name", "is outside of HOST_RUNNER_ALLOWED_ROOTS"],
  ])("is refused where it cannot be one: %s", async (path, message) => {
    await withShell("touch ran", { allowedRoots: [] }, async ({ folder }) => {
      for (const name of ["root", "outside", "root-with-a-longer-name"]) mkdirSync(join(folder, name));
      symlinkSync("../outside", join(folder, "root/way-out"));
      writeFileSync(join(folder, "file"), "");
      await withShell("touch ran", { allowedRoots: [join(folder, "root")] }, async ({ run }) => {
        // Not join(): it would resolve "..".
        const { result } = await run({ projectRoot: `${folder}/${path}` });
        expect(result).toEqual(failed(`^working directory ".*${path}" ${message}`));
        expect(existsSync(join(folder, path, "ran"))).toBe(false);
      });
    });
  });

  it("is refused where it is relative, or has a NUL in it", () =>
    withShell("true", {}, async ({ run }) => {
      expect((await run({ projectRoot: "src" })).result).toEqual(failed("is no absolute path"));
      expect((await run({ projectRoot: "/tmp/\0" })).result).toEqual(failed("contains a NUL character"));
    }));

  it("is the one that was asked for, within an allowed root, links resolved", () =>
    withShell("true", {}, async ({ folder }) => {
      mkdirSync(join(folder, "root/..data"), { recursive: true });
      symlinkSync("root", join(folder, "link"));
      await withShell("pwd", { allowedRoots: [join(folder, "link")] }, async ({ run }) => {
        const { output } = await run({ projectRoot: join(folder, "link/..data") });
        expect(output.stdout).toBe(`${join(folder, "root/..data")}\n`);
      });
    }));

  it("is the first allowed root where none was asked for, else HOME, else /", async () => {
    await withShell("pwd", {}, async ({ run, folder }) => {
      expect((await run()).output.stdout).toBe(`${folder}\n`);
      await withShell("pwd", { allowedRoots: [folder, "/"] }, async ({ run }) => {
        expect((await run()).output.stdout).toBe(`${folder}\n`);
      });
    });
    await withShell("pwd", { environment: { HOME: "/no/such/home" } }, async ({ run }) => {
      expect((await run()).output.stdout).toBe("/\n");
    });
  });
});

describe("a long prompt", () => {
  const longest = "x".repeat(131_071);

  it.each(["none", "bash -c"])("is an argument up to what the system takes, with shell %s", (shell) =>
    withShell("expr length {prompt}", { shell }, async ({ run }) => {
      expect((await run({ prompt: longest })).output.stdout).toBe("131071\n");
    }),
  );

  it.each(["none", "bash -c"])("beyond that is a failure that names {prompt_file}, with shell %s", (shell) =>
    withShell("expr length {prompt}", { shell }, async ({ run }) => {
      for (const prompt of [`${longest}x`, "é".repeat(65_536), "x".repeat(1_048_576)]) {
        expect((await run({ prompt })).result).toEqual(
          failed("too long for an argument .* use \\{prompt_file\\}"),
        );
      }
    }),
  );

  it("is a failure that names {prompt_file} too where all arguments together are too long", () =>
    withShell(`true ${"{prompt} ".repeat(30)}`, { shell: "none" }, async ({ run }) => {
      expect((await run({ prompt: longest })).result).toEqual(
        failed("too long for this system: use \\{prompt_file\\}"),
      );
    }));

  it("fits into {prompt_file}, which is its owner's alone and gone with the task", () =>
    withShell(
      "stat -c %a {prompt_file}; cat {prompt_file} | wc -c; echo {prompt_file}",
      {},
      async ({ run }) => {
        const { output } = await run({ prompt: "é".repeat(524_288) });
        const [mode, bytes, path = ""] = output.stdout.split("\n");
        expect({ mode, bytes }).toEqual({ mode: "600", bytes: "1048576" });
        expect(existsSync(path)).toBe(false);
      },
    ));

  it("has a file of its own for each of many tasks at a time", () =>
    withShell("cat {prompt_file}", {}, async ({ run }) => {
      const prompts = Array.from({ length: 10 }, (_, index) => `prompt ${index}`);
      const outputs = await Promise.all(prompts.map((prompt) => run({ prompt })));
      expect(outputs.map(({ output }) => output.stdout)).toEqual(prompts);
    }));
});

const levels = await availableLevels();

describe("running out of file descriptors", () => {
  it("is a fault of the host, for one command and for several at a time, and the next one works", () =>
    withShell("echo hi", {}, async ({ run, executors }) => {
      expect((await run()).result).toEqual(exited(0));
      const taken = takeAllDescriptors();
      try {
        // A few free ones may be enough for one command.
        for (let free = 0; free < 4; free++) {
          const isFault = expect.objectContaining(notStarted("out of file descriptors"));
          const both = await Promise.all([run(), run()]);
          expect(both.map(({ result }) => result)).toContainEqual(isFault);
          if (free < 2) expect(await executors.checkHost()).toMatch("out of file descriptors");
          closeSync(taken.pop()!);
        }
      } finally {
        for (const descriptor of taken) closeSync(descriptor);
      }
      expect(await executors.checkHost()).toBeNull();
      expect((await run()).output.stdout).toBe("hi\n");
    }));

  it.each(levels)("keeps no task from being stopped with all it started, by %s", async (containment) => {
    const seconds = uniqueSeconds();
    await withShell(`setsid sleep ${seconds} & sleep ${seconds}`, { containment }, async ({ run }) => {
      const controller = new AbortController();
      const running = run({ signal: controller.signal });
      await waitFor("both processes", () => sleepersOf(seconds).length === 2);
      const taken = takeAllDescriptors();
      controller.abort("cancel");
      try {
        expect((await running).result).toMatchObject({ stopped: "cancel", survivors: [] });
      } finally {
        for (const descriptor of taken) closeSync(descriptor);
      }
      expect(sleepersOf(seconds)).toEqual([]);
    });
  });
});

function takeAllDescriptors(): number[] {
  const taken: number[] = [];
  for (;;) {
    try {
      taken.push(openSync("/dev/null", "r"));
    } catch {
      return taken;
    }
  }
}

describe("the state folder", () => {
  it("is refused where others could get at it", async () => {
    await withShell("true", {}, async ({ folder }) => {
      const open = join(folder, "open");
      mkdirSync(open);
      chmodSync(open, 0o777);
      await expect(withShell("true", { stateDir: open }, async () => {})).rejects.toThrow(
        /must be a folder of this user's alone/,
      );
      expect(readdirSync(open)).toEqual([]);
    });
  });
});
