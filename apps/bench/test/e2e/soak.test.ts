import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findProcesses, waitFor, withProgram, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import type { SoakReport } from "../../src/soak/run-soak.ts";

const main = fileURLToPath(new URL("../../dist/soak/main.js", import.meta.url));
const { execPath } = process;

describe("npm run soak", () => {
  it(
    "puts all kinds of calls on the programs, measures what they need, and leaves nothing but snapshots",
    () =>
      withTempDir((dir) =>
        withTempDir((snapshots) => {
          const args = [main, "--minutes", "0.2", "--rate", "40", "--json", "-", "--snapshots", snapshots];
          return withProgram({ command: execPath, args, env: { TMPDIR: dir } }, async (program) => {
            const { code } = await program.exit;
            const report = JSON.parse(program.stdout()) as SoakReport;
            expect(report).toMatchObject({ minutes: 0.2, rate: 40, failures: 0, words: [] });
            expect(report.calls).toBeGreaterThan(400);
            expect(report.samples).toHaveLength(24);
            expect(report.growth.map(({ name }) => name)).toEqual([
              ...["api heap bytes", "api external bytes", "api resident bytes", "api descriptors"],
              ...[
                "worker heap bytes",
                "worker external bytes",
                "worker resident bytes",
                "worker descriptors",
              ],
              ...["redis keys", "redis memory bytes"],
            ]);
            for (const value of Object.values(report.samples[0]!.values)) expect(value).toBeGreaterThan(0);
            // In the first seconds the keys of the tasks become more and more.
            expect(code).toBe(1);
            expect(program.stderr()).toMatch(/ 0\.2 min {2}\d+ calls, 0 failed; api \d/);
            expect(readdirSync(snapshots).sort()).toEqual([
              ...["api-end.heapsnapshot", "api-warm.heapsnapshot"],
              ...["worker-end.heapsnapshot", "worker-warm.heapsnapshot"],
            ]);
            expect(readdirSync(dir)).toEqual([]);
            await waitFor(() => findProcesses(dir).length === 0, { description: "nothing of it runs" });
          });
        }),
      ),
    120_000,
  );

  it(
    "ends everything when it is interrupted",
    () =>
      withTempDir((dir) =>
        withProgram(
          { command: execPath, args: [main, "--minutes", "5"], env: { TMPDIR: dir } },
          async (program) => {
            await program.waitForOutput(/ calls, 0 failed/);
            program.child.kill("SIGINT");
            expect(await program.exit).toEqual({ code: 1, signal: null });
            expect(program.stdout()).toBe("");
            expect(readdirSync(dir)).toEqual([]);
            await waitFor(() => findProcesses(dir).length === 0, { description: "nothing of it runs" });
          },
        ),
      ),
    60_000,
  );

  it("refuses a time that is none", () =>
    withProgram({ command: execPath, args: [main, "--minutes", "0"] }, async ({ exit, stderr }) => {
      expect(await exit).toEqual({ code: 1, signal: null });
      expect(stderr()).toMatch(/'--minutes <number>' argument '0' is invalid/);
    }));
});
