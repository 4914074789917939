import { waitFor } from "@host-runner/testing";
import { expect, it } from "@jest/globals";
import { watchSuspension } from "../../src/watch-suspension.ts";

it("tells after a suspension for how long it was, once, and not of a loop that was only held up", async () => {
  let suspendedMs = 0;
  let heldUpMs = 0;
  let looks = 0;
  const told: number[] = [];
  const watch = watchSuspension((ms) => told.push(ms), {
    monotonicMs: () => performance.now() + heldUpMs,
    bootMs: () => {
      looks += 1;
      return performance.now() + heldUpMs + suspendedMs;
    },
  });
  const moreLooks = async () => {
    const until = looks + 2;
    await waitFor(() => looks >= until, { description: "it has looked twice" });
  };
  try {
    heldUpMs = 20_000;
    await moreLooks();
    expect(told).toEqual([]);
    suspendedMs = 30_000;
    await moreLooks();
    expect(told).toEqual([expect.closeTo(30_000, -2)]);
    await moreLooks();
    expect(told).toHaveLength(1);
  } finally {
    watch.stop();
  }
});
