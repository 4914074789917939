import { describe, expect, it } from "@jest/globals";
import { createRecentIds } from "../../src/callbacks/recent-ids.ts";

describe("recent ids", () => {
  it("are kept no longer than their time, also if nobody asks for them", () => {
    let now = 0;
    const recent = createRecentIds({ lastMs: 10_000, max: 1_000_000, nowMs: () => now });
    for (let i = 0; i < 100_000; i++) {
      now += 100;
      recent.add(`id-${i}`);
      expect(recent.size()).toBeLessThanOrEqual(101);
    }
    expect(recent.all()).toHaveLength(101);
    now += 20_000;
    expect(recent.all()).toEqual([]);
  });

  it("are no more than their limit, the oldest of them go first", () => {
    const recent = createRecentIds({ lastMs: 10_000, max: 3, nowMs: () => 0 });
    for (const id of ["a", "b", "c", "a", "d"]) recent.add(id);
    expect(recent.all()).toEqual(["c", "a", "d"]);
  });
});
