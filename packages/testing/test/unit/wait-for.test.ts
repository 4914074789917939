import { waitFor } from "@host-runner/testing";
import { expect, it } from "@jest/globals";

it("hands back the first value that is truthy", async () => {
  const values = [undefined, false, null, 0, "", "there"];
  expect(await waitFor(() => values.shift(), { description: "a value" })).toBe("there");
});

it("asks a condition again that throws", async () => {
  let asked = 0;
  const condition = () => {
    asked += 1;
    if (asked < 3) throw new Error("not yet");
    return "there";
  };
  expect(await waitFor(condition, { description: "it" })).toBe("there");
});

it("fails with what was waited for and the last value", async () => {
  const waiting = waitFor(() => false, { description: "the moon", timeoutMs: 10 });
  await expect(waiting).rejects.toThrow("waited 10 ms in vain for: the moon; last value: false");
});

it("fails with the last error", async () => {
  const condition = () => {
    throw new Error("no rocket");
  };
  await expect(waitFor(condition, { description: "the moon", timeoutMs: 10 })).rejects.toThrow("no rocket");
});
