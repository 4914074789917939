import { waitFor, withProgram } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { readUsage } from "../../src/processes/proc.ts";

describe("the use of a process", () => {
  it("includes what it started", async () => {
    const busy = "while :; do :; done";
    // The shell itself only waits; what it started ends with it.
    const script = `trap 'kill $!' TERM; sh -c '${busy}' & wait`;
    await withProgram({ command: "sh", args: ["-c", script] }, async ({ pid, child, exit }) => {
      await waitFor(() => readUsage(pid).cpuMs > 100, { description: "its child has used 100 ms" });
      expect(readUsage(pid).residentBytes).toBeGreaterThan(100_000);
      child.kill("SIGTERM");
      await exit;
      expect(readUsage(pid)).toEqual({ cpuMs: 0, residentBytes: 0 });
    });
  });
});
