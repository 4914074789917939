import { waitFor } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { watchLoop } from "../../src/watch-loop.ts";

const stuckMs = 150;

/** Watches a loop for long enough that one which hangs is noticed. */
async function watch(options: Partial<Parameters<typeof watchLoop>[0]>) {
  const loop = watchLoop({
    isExcused: () => false,
    msSinceProgress: () => 0,
    stuckMs,
    ...options,
  });
  let died: Error | null = null;
  loop.died.catch((error: Error) => {
    died = error;
  });
  const enough = Date.now() + 3 * stuckMs;
  await waitFor(() => Date.now() > enough, { description: "it has been watched long enough" });
  loop.stop();
  return { died: died as Error | null, isAlive: loop.isAlive() };
}

describe("a loop that takes tasks", () => {
  it("is alive as long as it asks for some", async () => {
    expect(await watch({})).toEqual({ died: null, isAlive: true });
  });

  it("has died when it asks no more, though nothing is the matter", async () => {
    const start = Date.now();
    const { died, isAlive } = await watch({ msSinceProgress: () => Date.now() - start });
    expect(died?.message).toBe("the loop that takes tasks has hung for 0.15 s");
    expect(isAlive).toBe(false);
  });

  it("is excused by an outage of Redis, a pause, or no free slot", async () => {
    expect(await watch({ msSinceProgress: () => 1e9, isExcused: () => true })).toEqual({
      died: null,
      isAlive: true,
    });
  });

  it("is not to blame for a time in which the whole process was stopped", async () => {
    const progress = { at: Date.now() };
    const asking = setInterval(() => {
      progress.at = Date.now();
    }, 10);
    const watched = watch({ msSinceProgress: () => Date.now() - progress.at });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * stuckMs);
    expect(await watched).toEqual({ died: null, isAlive: true });
    clearInterval(asking);
  });
});
