import { describe, expect, it } from "@jest/globals";
import { ClientError, type ClientErrorCode } from "../../src/client-error.ts";
import { decideRetry } from "../../src/decide-retry.ts";

const first = { failures: 1, awayMs: 0, patienceMs: 10_000, chance: 0.5 };
const failure = (code: ClientErrorCode, options = {}) => new ClientError(code, "x", options);

describe("whether a call is tried again", () => {
  it.each<[ClientErrorCode, object, boolean, boolean]>([
    ["unreachable", {}, true, false],
    ["unreachable", { neverArrived: true }, true, true],
    ["queue_unavailable", { status: 503 }, true, false],
    ["queue_full", { status: 429 }, true, true],
    ["unexpected_answer", { status: 502 }, true, false],
    ["unexpected_answer", { status: 200 }, false, false],
    ["internal", { status: 500 }, false, false],
    ["not_found", { status: 404 }, false, false],
    ["conflict", { status: 409 }, false, false],
    ["unauthorized", { status: 401 }, false, false],
  ])("%s %j: %s where that is safe, %s where it is not", (code, options, whereSafe, whereNot) => {
    const error = failure(code, options);
    expect(decideRetry({ error, ...first, repeatable: true }) !== null).toBe(whereSafe);
    expect(decideRetry({ error, ...first, repeatable: false }) !== null).toBe(whereNot);
  });

  it("waits longer each time, up to a limit, and never all callers as long", () => {
    const error = failure("unreachable");
    const pause = (failures: number, chance: number) =>
      decideRetry({ error, ...first, repeatable: true, failures, chance });
    expect([1, 2, 3, 9].map((failures) => pause(failures, 0.5))).toEqual([100, 200, 400, 2_000]);
    expect([pause(1, 0), pause(1, 1)]).toEqual([75, 125]);
  });

  it("waits as long as it is told to, and gives up where its patience does not reach that far", () => {
    const error = failure("queue_unavailable", { status: 503, retryAfterSeconds: 3 });
    expect(decideRetry({ error, ...first, repeatable: true })).toBe(3_000);
    expect(decideRetry({ error, ...first, repeatable: true, awayMs: 8_000 })).toBeNull();
    expect(decideRetry({ error, ...first, repeatable: true, patienceMs: 0 })).toBeNull();
  });
});
