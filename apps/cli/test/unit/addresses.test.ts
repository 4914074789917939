import { expect, it } from "@jest/globals";
import { localUrl, withoutPassword } from "../../src/commands/up/addresses.ts";

it.each([
  ["127.0.0.1", "http://127.0.0.1:80"],
  ["0.0.0.0", "http://127.0.0.1:80"],
  ["::", "http://[::1]:80"],
  ["fe80::1", "http://[fe80::1]:80"],
  ["box.example", "http://box.example:80"],
])("reaches what listens on %s at %s", (host, url) => {
  expect(localUrl(host, 80)).toBe(url);
});

it.each([
  ["redis://user:secret@host:6379/2", "redis://user:***@host:6379/2"],
  ["redis://:secret@host:6379", "redis://:***@host:6379"],
  ["redis+unix:///run/redis.sock", "redis+unix:///run/redis.sock"],
])("shows %s as %s", (url, shown) => {
  expect(withoutPassword(url)).toBe(shown);
});
