import { beforeEach, describe, expect, it } from "@jest/globals";
import { interleave } from "../../src/measure/interleave.ts";
import { median, percentile } from "../../src/measure/statistics.ts";
import { rateOf } from "../../src/redis/ended-jobs.ts";

describe("the statistics", () => {
  it("take the middle value as the median, or the mean of the two in the middle", () => {
    expect(median([10, 1, 9])).toBe(9);
    expect(median([10, 1, 9, 2])).toBe(5.5);
    expect(median([7])).toBe(7);
  });

  it("take a percentile from the measured values, the highest where there are few", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([3, 200], 0.99)).toBe(200);
    expect(percentile([3], 0)).toBe(3);
  });

  it("leave what they are given in its order", () => {
    const values = [3, 1, 2];
    median(values);
    percentile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });

  it("refuse to tell anything of nothing", () => {
    expect(() => median([])).toThrow("nothing was measured");
    expect(() => percentile([], 0.5)).toThrow("nothing was measured");
  });

  it("take a rate from the ends after the first fifth", () => {
    // Slow while the process gets warm, then one in 10 ms.
    expect(rateOf([0, 5000, 10_000, 10_010, 10_020, 10_030, 10_040, 10_050, 10_060, 10_070])).toBeCloseTo(
      100,
    );
  });
});

describe("interleaving", () => {
  const turns: string[] = [];
  const side = (name: string) => async () => turns.push(name);
  beforeEach(() => void turns.splice(0));

  it("measures the sides by turns, and does not count the first round", async () => {
    const rounds = await interleave(2, { ours: side("ours"), yardstick: side("yardstick") });
    expect(turns).toEqual(["ours", "yardstick", "ours", "yardstick", "ours", "yardstick"]);
    expect(rounds).toEqual([
      { ours: 3, yardstick: 4 },
      { ours: 5, yardstick: 6 },
    ]);
  });

  it("counts the first round where nothing is to be warmed up", async () => {
    const rounds = await interleave(
      1,
      { ours: side("ours"), yardstick: side("yardstick") },
      { warmUp: false },
    );
    expect(rounds).toEqual([{ ours: 1, yardstick: 2 }]);
  });
});
