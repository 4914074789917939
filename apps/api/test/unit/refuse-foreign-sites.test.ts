import { expect, it } from "@jest/globals";
import { isOwnOrigin, isPrivateName } from "../../src/refuse-foreign-sites.ts";

it.each([
  ["http://192.168.1.5:48070", "192.168.1.5:48070", true],
  ["http://localhost:48070", "localhost:48070", true],
  ["http://LOCALHOST:48070", "localhost:48070", true],
  ["http://[::1]:48070", "[::1]:48070", true],
  ["http://[0:0:0:0:0:0:0:1]:48070", "[::1]:48070", true],
  ["http://runner", "runner:80", true],
  ["https://runner.internal", "runner.internal", true],
  ["https://runner.internal", "runner.internal:443", true],
  ["http://evil.example", "192.168.1.5:48070", false],
  ["http://192.168.1.5", "192.168.1.5:48070", false],
  ["http://192.168.1.5:8080", "192.168.1.5:48070", false],
  ["http://192.168.1.50:48070", "192.168.1.5:48070", false],
  ["http://localhost:48070", "127.0.0.1:48070", false],
  ["http://192.168.1.5:48070@evil.example", "192.168.1.5:48070", false],
  ["file://192.168.1.5:48070", "192.168.1.5:48070", false],
  ["null", "192.168.1.5:48070", false],
  ["", "192.168.1.5:48070", false],
  ["http://192.168.1.5:48070", "", false],
])("a page from %j that calls %j is our own: %s", (origin, host, expected) =>
  expect(isOwnOrigin(origin, host)).toBe(expected),
);

it.each([
  ["127.0.0.1", true],
  ["192.168.1.5", true],
  ["[fd00::5]", true],
  ["localhost", true],
  ["runner", true],
  ["runner.localhost", true],
  ["runner.local", true],
  ["host.docker.internal", true],
  ["runner.example.org", false],
  ["127.0.0.1.nip.io", false],
  ["localhost.evil.example", false],
  ["internal.example", false],
])("the host name %j is one that no page of a stranger has: %s", (name, expected) =>
  expect(isPrivateName(name)).toBe(expected),
);
