import { expect, it } from "@jest/globals";
import { decideRestart } from "../../src/commands/up/decide-restart.ts";

it("gives up a child at once that has never been ready", () => {
  expect(decideRestart({ wasEverReady: false, quickDeaths: 1 })).toMatchObject({ kind: "give-up" });
});

it.each([
  [1, 200],
  [2, 400],
  [4, 1600],
])("starts a child again after its quick death number %i in %i ms", (quickDeaths, afterMs) => {
  expect(decideRestart({ wasEverReady: true, quickDeaths })).toEqual({ kind: "restart", afterMs });
});

it("gives up a child that dies again and again", () => {
  const decision = decideRestart({ wasEverReady: true, quickDeaths: 5 });
  expect(decision).toEqual({ kind: "give-up", why: "it died 5 times in a row" });
});
