import { describe, expect, it } from "@jest/globals";
import { fitSlope, judgeGrowth, type Sample } from "../../src/soak/growth.ts";
import { limitOf } from "../../src/soak/limits.ts";
import type { SoakReport } from "../../src/soak/run-soak.ts";
import { isPassed, toText } from "../../src/soak/verdict.ts";

const MINUTE_MS = 60_000;

/** A sample each minute. */
const soak = (minutes: number, valueAt: (minute: number) => number, name = "api heap bytes"): Sample[] =>
  Array.from({ length: minutes }, (_, minute) => ({
    atMs: minute * MINUTE_MS,
    values: { [name]: valueAt(minute) },
  }));

const report = (samples: Sample[], more: Partial<SoakReport> = {}): SoakReport => ({
  ...{ minutes: 60, rate: 60, warmUpMinutes: 10, calls: 1, failures: 0, words: [], samples },
  growth: judgeGrowth(samples, 10 * MINUTE_MS, limitOf),
  ...more,
});

describe("growth", () => {
  it("is the slope of a line that a few bursts do not move", () => {
    const points = Array.from({ length: 50 }, (_, x) => ({ x, y: 3 * x + (x % 10 === 0 ? 1_000 : x % 3) }));
    expect(fitSlope(points)).toBeCloseTo(3, 1);
    expect(fitSlope([...points].reverse())).toBeCloseTo(3, 1);
  });

  it("does not count the warm-up", () => {
    const [growth] = judgeGrowth(
      soak(60, (minute) => 20e6 + 5e6 * Math.min(minute, 10)),
      10 * MINUTE_MS,
      limitOf,
    );
    expect(growth).toMatchObject({ first: 70e6, last: 70e6, perHour: 0, isWithin: true });
  });

  it("of more than its limit in an hour is too much", () => {
    const perHour = (bytes: number) => soak(60, (minute) => 20e6 + (bytes * minute) / 60);
    expect(judgeGrowth(perHour(0.9e6), 0, limitOf)[0]?.isWithin).toBe(true);
    expect(judgeGrowth(perHour(1.1e6), 0, limitOf)[0]?.isWithin).toBe(false);
    expect(judgeGrowth(perHour(-9e6), 0, limitOf)[0]?.isWithin).toBe(true);
  });

  it("is not told of too few samples, or of a value without a limit", () => {
    expect(() =>
      judgeGrowth(
        soak(5, () => 1),
        10 * MINUTE_MS,
        limitOf,
      ),
    ).toThrow("too short");
    expect(() =>
      judgeGrowth(
        soak(20, () => 1, "api mood"),
        0,
        limitOf,
      ),
    ).toThrow("api mood has no limit");
  });
});

describe("the verdict of a soak", () => {
  const flat = soak(60, () => 20e6);

  it("is passed where nothing grew and no call failed", () => {
    expect(isPassed(report(flat))).toBe(true);
    expect(isPassed(report(soak(60, (minute) => minute * 1e6)))).toBe(false);
    expect(isPassed(report(flat, { failures: 1 }))).toBe(false);
  });

  it("names what grew too fast, and what failed", () => {
    expect(toText(report(flat))).toMatch(/^api heap +20\.00 MB +20\.00 MB +0\.00 MB +1\.00 MB\n\npassed\n$/m);
    const text = toText(
      report(
        soak(60, (minute) => minute * 1e6),
        { failures: 1, words: ["GET / failed"] },
      ),
    );
    expect(text).toMatch(/^api heap .* 60\.00 MB +1\.00 MB +too much\n\nnot passed\n$/m);
    expect(text).toMatch(/^ {2}GET \/ failed$/m);
  });
});
