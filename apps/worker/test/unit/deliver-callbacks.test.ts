import { describe, expect, it } from "@jest/globals";
import { decideNext } from "../../src/deliver-callbacks.ts";

const HOUR_MS = 3_600_000;
const chance = { retryMs: 24 * HOUR_MS, now: HOUR_MS, random: 1 };
const failed = { kind: "failed", status: 503, detail: "answered 503", retryAfterMs: null } as const;

describe("what a try to send a callback comes to", () => {
  it("is its end where it was taken or refused", () => {
    const owed = { tries: 0, owedSince: 0 };
    expect(decideNext({ kind: "delivered", status: 204 }, owed, chance)).toEqual({
      state: "delivered",
      answer: 204,
    });
    expect(decideNext({ kind: "refused", status: 401, detail: "answered 401" }, owed, chance)).toEqual({
      state: "failed",
      answer: 401,
      detail: "answered 401",
    });
  });

  it("is nothing where it came too late: it is another worker's", () => {
    expect(decideNext({ kind: "too-late" }, { tries: 0, owedSince: 0 }, chance)).toEqual({
      state: "passed-on",
    });
  });

  it("is another try, later each time", () => {
    const delayAfter = (tries: number) => decideNext(failed, { tries, owedSince: 0 }, chance);
    expect(delayAfter(0)).toEqual({ state: "pending", answer: 503, detail: "answered 503", delayMs: 1000 });
    expect(delayAfter(1)).toMatchObject({ delayMs: 2000 });
    expect(delayAfter(50)).toMatchObject({ delayMs: 15 * 60_000 });
  });

  it("is its end where the next try would come after the time for it is over", () => {
    const owed = { tries: 99, owedSince: HOUR_MS - 24 * HOUR_MS };
    expect(decideNext(failed, owed, chance)).toEqual({
      state: "failed",
      answer: 503,
      detail: "answered 503, after 100 tries",
    });
  });
});
