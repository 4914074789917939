import { expect, it } from "@jest/globals";
import { isSupported, parseVersion } from "../../src/server-version.ts";

it.each([
  ["Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0", "7.0.15"],
  ["Valkey server v=8.1.1 sha=00000000:0 malloc=libc bits=64", "8.1.1"],
  ["Server v=8.0.1 sha=00000000:0", "8.0.1"],
  ["something else", undefined],
])("reads %j as version %s", (text, version) => {
  expect(parseVersion(text)).toBe(version);
});

it.each([
  ["6.2.0", true],
  ["6.0.16", false],
  ["5.0.14", false],
  ["7.0", true],
  ["10.1.0", true],
])("takes version %s: %s", (version, supported) => {
  expect(isSupported(version)).toBe(supported);
});
