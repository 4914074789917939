import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { createHostPause } from "../../src/pause-for-host.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function start() {
  const calls: string[] = [];
  const host = { problem: null as string | null };
  const pause = createHostPause({
    check: async () => {
      calls.push("check");
      return host.problem;
    },
    suspend: () => void calls.push("suspend"),
    resume: () => void calls.push("resume"),
    log: { info() {}, warn() {}, error() {} },
  });
  return { calls, host, pause };
}

describe("a worker whose host cannot start tasks", () => {
  it("tries again after pauses that grow to a minute, and goes on once the host is well", async () => {
    const { calls, host, pause } = start();
    host.problem = "no space left on the disk";
    pause.begin("no space left on the disk");
    // Many attempts fail at once.
    pause.begin("no space left on the disk");
    expect(calls).toEqual(["suspend"]);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const before = calls.length;
      await jest.advanceTimersByTimeAsync(seconds * 1000 - 1);
      expect(calls).toHaveLength(before);
      await jest.advanceTimersByTimeAsync(1);
      expect(calls.slice(before)).toEqual(["check"]);
      expect(pause.problem()).toBe("no space left on the disk");
    }
    host.problem = null;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(calls.slice(-2)).toEqual(["check", "resume"]);
    expect(pause.problem()).toBeNull();
    pause.stop();
  });

  it("pauses for longer each time that the check succeeds and the next attempt fails again", async () => {
    const { calls, pause } = start();
    for (const seconds of [1, 2, 4]) {
      pause.begin("too many processes");
      await jest.advanceTimersByTimeAsync(seconds * 1000 - 1);
      expect(pause.problem()).toBe("too many processes");
      await jest.advanceTimersByTimeAsync(1);
      expect(pause.problem()).toBeNull();
    }
    pause.isWell();
    pause.begin("too many processes");
    await jest.advanceTimersByTimeAsync(1000);
    expect(pause.problem()).toBeNull();
    expect(calls.filter((call) => call === "resume")).toHaveLength(4);
    pause.stop();
  });
});
