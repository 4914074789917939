import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPerl } from "../src/keeper/helper.ts";
import { type Keepers, type KeptCommand, startKeepers } from "../src/keeper/keepers.ts";
import { keeperProcessesIn } from "./keeper-processes.ts";
import { waitFor } from "./wait-for.ts";
import { withFolder } from "./with-folder.ts";

interface WithKeepersOptions {
  /** A program that stands in for Perl. It gets the path of a folder for its own files in FOLDER. */
  fakePerl?: (folder: string) => string;
  silentAfterMs?: number;
}

export interface TestKeepers {
  keepers: Keepers;
  /** An empty folder of this test's. */
  folder: string;
  /** Where helper and keepers look for signs of life. */
  beat: string;
  /** Runs a script of bash, without output. */
  run(script: string, signals?: number[], gracePeriodMs?: number): KeptCommand;
}

/** Keepers without a worker around them, and without cgroups. Fails the test if one of their processes is left. */
export async function withKeepers(
  { fakePerl, silentAfterMs }: WithKeepersOptions,
  use: (keepers: TestKeepers) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const pipes = join(folder, "pipes");
    const beat = join(pipes, "beat");
    mkdirSync(pipes);
    writeFileSync(beat, String(process.hrtime.bigint()).padStart(20, "0"));
    const keepers = await startKeepers({
      ...{ perl: fakePerl?.(folder) ?? findPerl() ?? "", folder: pipes, state: join(folder, "state") },
      ...{ cgroup: null, mark: "no-mark.", gracePeriodMs: 200, killTimeoutMs: 1_000 },
      silentAfterMs: silentAfterMs ?? null,
      placeFifo: async (path) => void execFileSync("mkfifo", [path]),
      restoreFolders() {},
      sweep: async () => [],
    });
    try {
      await use({
        ...{ keepers, folder, beat },
        run: (script, signals = [15], gracePeriodMs = 200) =>
          keepers.run({
            request: {
              ...{ workingDirectory: folder, stdin: "/dev/null", stdout: "/dev/null", stderr: "/dev/null" },
              ...{ file: "bash", args: ["-c", script], environment: { PATH: process.env.PATH ?? "" } },
            },
            plan: { signals, gracePeriodMs },
            mark: "no-mark.1;",
          }),
      });
    } finally {
      await keepers.close();
    }
    await waitFor("helper and keepers to end", () => keeperProcessesIn(pipes).length === 0);
  });
}
