import { describe, expect, it } from "@jest/globals";
import { limitFor } from "../../src/fleet/host/descriptors.ts";

const open = (...numbers: number[]) => numbers.map((number) => ({ number, isPassing: false }));
const passing = (...numbers: number[]) => numbers.map((number) => ({ number, isPassing: true }));

describe("the limit of descriptors", () => {
  it.each([
    ["leaves none", open(0, 1, 2, 3), 0, 4],
    ["leaves some behind those that are open", open(0, 1, 2), 2, 5],
    ["leaves those between", open(0, 1, 4, 5), 2, 6],
    ["counts what closes soon as free", [...open(0, 1, 4), ...passing(2, 3)], 2, 5],
    ["may be below what is open", [...open(0, 1), ...passing(2, 3, 4, 5)], 1, 3],
  ])("%s", (_, files, spare, limit) => {
    expect(limitFor(files, spare)).toBe(limit);
  });
});
