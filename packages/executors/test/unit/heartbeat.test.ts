import { describe, expect, it } from "@jest/globals";
import { createHeartbeat } from "../../src/shell/guard/heartbeat.ts";
import { waitFor } from "../wait-for.ts";

const SILENT_MS = 240;

/** Blocks this process, as SIGSTOP would. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("a heartbeat", () => {
  it("is said while commands run, and no longer", async () => {
    const said: string[] = [];
    const heartbeat = createHeartbeat(SILENT_MS, (line) => said.push(line.trim()));
    heartbeat.commandStarts();
    expect(said).toEqual(["busy"]);
    await waitFor("more beats", () => said.length >= 3);
    heartbeat.commandEnded();
    await waitFor("the last word", () => said.at(-1) === "idle");
    const { length } = said;
    const later = Date.now() + SILENT_MS;
    await waitFor("a while", () => Date.now() > later);
    expect(said).toHaveLength(length);
  });

  it("that was missing counts against what ran meanwhile, before and after the late beat", async () => {
    const heartbeat = createHeartbeat(SILENT_MS, () => {});
    const startedAt = performance.now();
    heartbeat.commandStarts();
    expect(heartbeat.hasIntervened(startedAt)).toBe(false);
    freeze(SILENT_MS * 2);
    expect(heartbeat.hasIntervened(startedAt)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(heartbeat.hasIntervened(startedAt)).toBe(true);
    heartbeat.stop();
  });

  it("is not missing where only the wall clock steps", () => {
    const heartbeat = createHeartbeat(SILENT_MS, () => {});
    const startedAt = performance.now();
    heartbeat.commandStarts();
    const now = Date.now;
    Date.now = () => now() + 3_600_000;
    try {
      expect(heartbeat.hasIntervened(startedAt)).toBe(false);
    } finally {
      Date.now = now;
      heartbeat.stop();
    }
  });

  it("that was missing does not count against what was started after it", async () => {
    const heartbeat = createHeartbeat(SILENT_MS, () => {});
    heartbeat.commandStarts();
    freeze(SILENT_MS * 2);
    expect(heartbeat.hasIntervened(performance.now())).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 1));
    heartbeat.commandStarts();
    expect(heartbeat.hasIntervened(performance.now())).toBe(false);
    heartbeat.stop();
  });
});
