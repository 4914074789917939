import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createExecutors } from "../../src/index.ts";
import { withFolder } from "../with-folder.ts";
import { runAttempt } from "../with-shell.ts";

const { PATH } = process.env;

interface Homeless {
  warnings: string[];
  /** What a command says of its HOME. */
  home: string;
  stateDir: string;
}

async function startWith(HOME: string | undefined, use: (worker: Homeless) => void | Promise<void>) {
  await withFolder(async (folder) => {
    const stateDir = join(folder, "state");
    const executors = createExecutors({
      workerId: "test",
      mockDurationMs: 1,
      gracePeriodMs: 1_000,
      shell: {
        template: "touch ~/written && echo $HOME",
        shell: "bash -c",
        envAllow: [],
        allowedRoots: null,
        environment: { PATH, HOME },
        stateDir,
      },
    });
    const { warnings } = await executors.start();
    try {
      const { output } = await runAttempt(executors.resolve("shell")!);
      expect(output.stderr).toBe("");
      await use({ warnings, home: output.stdout.trim(), stateDir });
    } finally {
      await executors.close();
    }
    expect(readdirSync(stateDir)).toEqual([]);
  });
}

describe("the HOME of a command", () => {
  it("is the worker's where that can be used, without a word", () =>
    withFolder((folder) =>
      startWith(folder, ({ warnings, home }) => {
        expect({ warnings, home }).toEqual({ warnings: [], home: folder });
      }),
    ));

  it("is a folder of this worker's alone where the worker has none, which its log tells once", () =>
    startWith(undefined, ({ warnings, home, stateDir }) => {
      expect(home.startsWith(`${stateDir}/`)).toBe(true);
      expect(statSync(home).mode & 0o777).toBe(0o700);
      expect(existsSync(join(home, "written"))).toBe(true);
      expect(warnings).toEqual([
        `HOME is not set; the HOME of commands is ${home}, which is removed when this worker ends`,
      ]);
    }));

  it.each<[string, (folder: string) => string, RegExp]>([
    ["does not exist", (folder) => join(folder, "none"), /^HOME does not exist: .*none;/],
    ["is a file", (folder) => join(folder, "file"), /^HOME is no folder: .*file;/],
    ["is below a file", (folder) => join(folder, "file/home"), /^HOME cannot be used: .*home \(ENOTDIR\);/],
    ["is relative", () => "home", /^HOME is no absolute path: home;/],
    ["is empty", () => "", /^HOME is not set;/],
  ])("is that folder too where HOME %s", (_, choose, warning) =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, "file"), "");
      await startWith(choose(folder), ({ warnings, home, stateDir }) => {
        expect(home.startsWith(`${stateDir}/`)).toBe(true);
        expect(warnings).toEqual([expect.stringMatching(warning)]);
      });
    }),
  );

  // Root may write everywhere.
  (process.getuid?.() === 0 ? it.skip : it)("is that folder too where HOME may not be written to", () =>
    withFolder(async (folder) => {
      const closed = join(folder, "closed");
      mkdirSync(closed);
      chmodSync(closed, 0o500);
      await startWith(closed, ({ warnings }) => {
        expect(warnings).toEqual([expect.stringMatching(/^HOME cannot be used: .*closed \(EACCES\);/)]);
      });
    }),
  );
});
