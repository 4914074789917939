import { describe, expect, it } from "@jest/globals";
import { BLOCK_BYTES, gather, release } from "../../src/gather-bytes.ts";

describe("gathered bytes", () => {
  it("are all that came, in order, however much of it at a time", () => {
    const all = Buffer.from(Array.from({ length: BLOCK_BYTES }, (_, i) => i % 251));
    for (const step of [1000, 4096, 30_000, BLOCK_BYTES]) {
      let gathered: Buffer | null = null;
      for (let from = 0; from < all.length; from += step) {
        gathered = gather(gathered, all.subarray(from, from + step));
      }
      expect(gathered?.equals(all)).toBe(true);
      release(gathered!);
    }
  });

  it("are the gatherer's own until they are given back, whatever becomes of what they were made from", () => {
    const chunk = Buffer.alloc(10_000, "a");
    const first = gather(null, chunk);
    chunk.fill("b");
    const second = gather(null, chunk);
    expect([first.toString()[0], second.toString()[9_999]]).toEqual(["a", "b"]);
    release(first);
    const third = gather(null, Buffer.alloc(10_000, "c"));
    expect(third.buffer).toBe(first.buffer);
    expect(second.toString()).toBe("b".repeat(10_000));
    release(second);
    release(third);
  });
});
