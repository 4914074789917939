import { describe, expect, it } from "@jest/globals";
import { classify } from "../../src/classify.ts";
import { nextTryMs } from "../../src/next-try.ts";
import { parseReceiverUrl } from "../../src/receiver-url.ts";
import { parseRetryAfter } from "../../src/retry-after.ts";

describe("an answer", () => {
  it.each([
    [200, "delivered"],
    [202, "delivered"],
    [204, "delivered"],
    [299, "delivered"],
    [301, "refused"],
    [304, "refused"],
    [307, "refused"],
    [400, "refused"],
    [401, "refused"],
    [403, "refused"],
    [404, "failed"],
    [405, "refused"],
    [408, "failed"],
    [410, "refused"],
    [413, "refused"],
    [422, "refused"],
    [425, "failed"],
    [429, "failed"],
    [500, "failed"],
    [501, "failed"],
    [503, "failed"],
    [599, "failed"],
  ])("of %i means: %s", (status, kind) => {
    expect(classify(status)).toBe(kind);
  });
});

describe("the next try", () => {
  it.each([
    [1, 0, null, 500],
    [1, 1, null, 1_000],
    [2, 1, null, 2_000],
    [5, 0, null, 8_000],
    [5, 1, null, 16_000],
    [10, 1, null, 512_000],
    [11, 1, null, 900_000],
    [11, 0, null, 450_000],
    [5_000, 1, null, 900_000],
    [1, 0, 0, 500],
    [1, 0, 30_000, 30_000],
    [1, 1, 30_000, 33_000],
    [10, 1, 30_000, 512_000],
    [1, 0, 86_400_000, 3_600_000],
  ])("after %i tries, with chance %d, asked to wait %p ms, comes after %d ms", (tries, random, asked, ms) => {
    expect(nextTryMs(tries, random, asked)).toBe(ms);
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-01-31T08:00:00Z");
  it.each([
    [undefined, null],
    ["120", 120_000],
    ["0", 0],
    ["Sat, 31 Jan 2026 08:00:30 GMT", 30_000],
    ["Sat, 31 Jan 2026 07:00:00 GMT", 0],
    ["Xxx, 99 Yyy 2026 07:00:00 GMT", null],
    ["-5", null],
    ["1.5", null],
    ["soon", null],
    ["2026-01-31T08:00:30Z", null],
    ["", null],
  ])("%p is %p ms", (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });
});

describe("a callback's URL", () => {
  it("is taken apart as HTTP needs it", () => {
    expect(parseReceiverUrl("https://a%40b:c%3Ad@[FD00::1]:8443/cb/x?y=z#fragment")).toEqual({
      protocol: "https:",
      host: "fd00::1",
      port: 8443,
      path: "/cb/x?y=z",
      authorization: `Basic ${Buffer.from("a@b:c:d").toString("base64")}`,
    });
  });

  it.each([
    ["http://a", 80],
    ["https://a", 443],
    ["http://a:443", 443],
    ["http://a:0", 0],
  ])("%s has port %i", (url, port) => {
    expect(parseReceiverUrl(url)).toMatchObject({ port, path: "/", authorization: null });
  });

  it("may have a password that is not encoded rightly", () => {
    const { authorization } = parseReceiverUrl("http://user:100%@a/")!;
    expect(authorization).toBe(`Basic ${Buffer.from("user:100%").toString("base64")}`);
  });

  it.each(["ftp://a/", "file:///etc/passwd", "javascript:alert(1)", "a", ""])("%p is none", (url) => {
    expect(parseReceiverUrl(url)).toBeNull();
  });
});
