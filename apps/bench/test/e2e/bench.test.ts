import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findProcesses, waitFor, withProgram, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const { execPath } = process;

interface Told {
  machine: { quick: boolean; versions: Record<string, string> };
  results: Record<string, unknown>[];
  tables: { title: string; rows: unknown[][] }[];
  failures: unknown[];
}

describe("npm run bench", () => {
  it(
    "measures the rows that are asked for, tells them as JSON, and leaves nothing",
    () =>
      withTempDir((dir) => {
        const args = [main, "--quick", "--only", "calls,cancel", "--json", "-"];
        return withProgram({ command: execPath, args, env: { TMPDIR: dir } }, async (program) => {
          const { code } = await program.exit;
          const { machine, results, tables, failures } = JSON.parse(program.stdout()) as Told;
          expect(failures).toEqual([]);
          expect(code).toBe(0);
          expect(machine).toMatchObject({ quick: true, versions: { node: process.versions.node } });
          expect(results.map(({ row }) => row)).toEqual(["calls", "calls", "calls", "cancel", "cancel"]);
          for (const { ours } of results) expect(ours).toBeGreaterThan(0);
          expect(results[3]).toMatchObject({ unit: "ms", ratio: { median: expect.any(Number) } });
          expect(results[3]?.samples).toHaveLength(2);
          // A submission is one call to Redis, which is known by what its script says of itself.
          expect(tables[0]?.rows).toContainEqual([
            ...["submit (API)", expect.stringMatching(/^script: Makes a task/), 1, expect.any(Number)],
          ]);
          expect(program.stderr()).toContain("cancel: round 2 of 2");
          expect(readdirSync(dir)).toEqual([]);
          expect(findProcesses(dir)).toEqual([]);
        });
      }),
    120_000,
  );

  it(
    "ends everything when it is interrupted",
    () =>
      withTempDir((dir) => {
        const args = [main, "--quick", "--only", "cancel,reads"];
        return withProgram({ command: execPath, args, env: { TMPDIR: dir } }, async (program) => {
          await program.waitForOutput(/cancel: warming up/);
          program.child.kill("SIGINT");
          expect(await program.exit).toEqual({ code: 1, signal: null });
          expect(program.stdout()).toBe("");
          expect(readdirSync(dir)).toEqual([]);
          // Guards end a moment after what they guard.
          await waitFor(() => findProcesses(dir).length === 0, { description: "nothing of it runs" });
        });
      }),
    60_000,
  );

  it("refuses a row that there is not, and names those that there are", () =>
    withProgram({ command: execPath, args: [main, "--only", "speed"] }, async ({ exit, stderr }) => {
      expect(await exit).toEqual({ code: 1, signal: null });
      expect(stderr()).toMatch(/no row "speed"; there are submissions, .*cancel/);
    }));
});
