import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { createSteppableClock } from "../../src/fleet/steppable-clock.ts";

/** Tells in one line, for each line that it reads, what its clock says in each way that there is. */
const PROGRAM = `
  class Own extends Date {}
  require("node:readline").createInterface({ input: process.stdin }).on("line", () => {
    console.log(JSON.stringify({
      times: [Date.now(), new Date().getTime(), Date.parse(Date()), new Own().getTime()],
      fixed: new Date(5).getTime() + Date.UTC(1970, 0) + Date.parse("1970-01-01T00:00:00.001Z"),
      isDate: new Date() instanceof Date && new Date().constructor === Date && new Own() instanceof Own,
      elapsedMs: performance.now(),
    }));
  });
`;

interface Told {
  times: number[];
  fixed: number;
  isDate: boolean;
  elapsedMs: number;
}

describe("the clock of a member", () => {
  it("is off by as much as it is told to, and the time that passes is not", () =>
    withTempDir(async (dir) => {
      const clock = createSteppableClock(join(dir, "clock"));
      clock.set(0);
      const child = spawn(process.execPath, ["--require", clock.preload, "--eval", PROGRAM], {
        env: clock.environment,
        stdio: ["pipe", "pipe", "inherit"],
      });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const ask = async (): Promise<Told> => {
        child.stdin.write("\n");
        return JSON.parse((await lines.next()).value as string) as Told;
      };
      /** The file is not read at each call. */
      const askUntil = async (offsetMs: number): Promise<Told> => {
        for (;;) {
          const told = await ask();
          if (Math.abs(told.times[0]! - Date.now() - offsetMs) < 60_000) return told;
        }
      };
      const exited = new Promise((resolve) => child.once("exit", resolve));
      try {
        let elapsedMs = 0;
        for (const offsetMs of [0, 9 * 86_400_000, -86_400_000, 0]) {
          clock.set(offsetMs);
          const told = await askUntil(offsetMs);
          for (const time of told.times) expect(Math.abs(time - Date.now() - offsetMs)).toBeLessThan(60_000);
          expect(told).toMatchObject({ fixed: 6, isDate: true });
          expect(told.elapsedMs).toBeGreaterThan(elapsedMs);
          expect(told.elapsedMs).toBeLessThan(60_000);
          elapsedMs = told.elapsedMs;
        }
      } finally {
        child.stdin.end();
        await exited;
      }
    }));
});
