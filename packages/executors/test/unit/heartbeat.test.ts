import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createHeartbeat, type Heartbeat } from "../../src/keeper/heartbeat.ts";
import { waitFor } from "../wait-for.ts";
import { withFolder } from "../with-folder.ts";

const SILENT_MS = 240;

const withHeartbeat = (
  silentAfterMs: number | null,
  use: (heartbeat: Heartbeat, beat: (name?: string) => bigint, folder: string) => Promise<void>,
) =>
  withFolder(async (folder) => {
    const heartbeat = createHeartbeat(join(folder, "beat"), silentAfterMs);
    try {
      await use(heartbeat, (name = "beat") => BigInt(readFileSync(join(folder, name), "latin1")), folder);
    } finally {
      heartbeat.close();
    }
  });

describe("a heartbeat", () => {
  it("is the time of the monotonic clock, written again and again while commands run, and no longer", () =>
    withHeartbeat(SILENT_MS, async (heartbeat, beat) => {
      const before = process.hrtime.bigint();
      heartbeat.commandStarts();
      const first = beat();
      expect(first).toBeGreaterThanOrEqual(before);
      await waitFor("another beat", () => beat() > first);
      heartbeat.commandEnded();
      const later = performance.now() + SILENT_MS;
      await waitFor("a while", () => performance.now() > later);
      const last = beat();
      const muchLater = performance.now() + SILENT_MS;
      await waitFor("a while longer", () => performance.now() > muchLater);
      expect(beat()).toBe(last);
    }));

  it("is fresh when a command starts after a pause", () =>
    withHeartbeat(SILENT_MS, async (heartbeat, beat) => {
      const later = performance.now() + SILENT_MS;
      await waitFor("a while", () => performance.now() > later);
      const before = process.hrtime.bigint();
      heartbeat.commandStarts();
      expect(beat()).toBeGreaterThanOrEqual(before);
    }));

  it("goes on for those who have the file open, and for others, where somebody has removed it", () =>
    withHeartbeat(SILENT_MS, async (heartbeat, beat, folder) => {
      heartbeat.commandStarts();
      renameSync(join(folder, "beat"), join(folder, "old"));
      heartbeat.restore();
      const [old, current] = [beat("old"), beat()];
      await waitFor("beats in both", () => beat("old") > old && beat() > current);
    }));
});
