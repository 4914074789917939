import { describe, expect, it } from "@jest/globals";
import { createRandom, dealer } from "../../src/random.ts";

describe("randomness from a seed", () => {
  it("gives the same draws again", () => {
    const draw = () => Array.from({ length: 5 }, createRandom("seed").fraction);
    expect(draw()).toEqual(draw());
  });

  it("gives what is drawn from a fork whatever else is drawn", () => {
    const random = createRandom("seed");
    random.fraction();
    expect(random.fork("a").fraction()).toBe(createRandom("seed").fork("a").fraction());
    expect(random.fork("a").fraction()).not.toBe(random.fork("b").fraction());
  });

  it("stays within its bounds, and reaches both", () => {
    const random = createRandom("seed");
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(1, 3)));
    expect(drawn).toEqual(new Set([1, 2, 3]));
    for (let i = 0; i < 200; i += 1) {
      const value = random.spread(0.5, 50);
      expect(value).toBeGreaterThanOrEqual(0.5);
      expect(value).toBeLessThan(50);
    }
  });

  it("deals each card once before it shuffles again", () => {
    const deal = dealer(createRandom("seed"), ["a", "b", "c"]);
    const round = () => [deal(), deal(), deal()].sort();
    expect(round()).toEqual(["a", "b", "c"]);
    expect(round()).toEqual(["a", "b", "c"]);
  });
});
