import { fileURLToPath } from "node:url";
import { findProcesses, waitFor, withProgram, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

const linesOf = (text: string) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("npm run chaos", () => {
  it(
    "finds every promise kept in a short trial, and leaves nothing",
    () =>
      withTempDir((dir) => {
        const args = [
          main,
          "--tasks",
          "150",
          "--minutes",
          "0.3",
          "--lease",
          "2",
          "--seed",
          "1",
          "--folder",
          dir,
        ];
        return withProgram({ command: process.execPath, args }, async ({ exit, stdout, stderr }) => {
          const { code } = await exit;
          expect(stderr()).toBe("");
          const lines = linesOf(stdout());
          expect(lines.filter(({ event }) => event === "violation")).toEqual([]);
          expect(lines.at(-1)).toMatchObject({ event: "verdict", kept: true, seed: "1", folder: null });
          const counts = lines.at(-1)?.counts as Record<string, number> | undefined;
          // Some faults bring tasks of their own.
          expect(counts?.tasks).toBeGreaterThanOrEqual(150);
          expect(counts?.callbacks).toBeGreaterThan(100);
          expect(lines.filter(({ event }) => event === "fault").length).toBeGreaterThan(10);
          expect(code).toBe(0);
          expect(findProcesses(dir)).toEqual([]);
        });
      }),
    120_000,
  );

  it(
    "leaves nothing when it is interrupted",
    () =>
      withTempDir((dir) => {
        const args = [main, "--tasks", "200", "--minutes", "1", "--seed", "2", "--folder", dir];
        return withProgram({ command: process.execPath, args }, async ({ child, exit, waitForOutput }) => {
          await waitForOutput(/"event":"progress"/);
          child.kill("SIGINT");
          expect(await exit).toEqual({ code: 1, signal: null });
          // Keepers end a moment after their commands.
          await waitFor(() => findProcesses(dir).length === 0, { description: "nothing of it runs" });
        });
      }),
    60_000,
  );
});
