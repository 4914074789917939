import { expect, it } from "@jest/globals";
import { findProbesRisk } from "../../src/probes.ts";

it.each([
  ["0.0.0.0", 9000, true],
  ["::", 9000, true],
  ["192.168.0.7", 0, true],
  ["127.0.0.1", 9000, false],
  ["::1", 9000, false],
  ["localhost", 9000, false],
  ["0.0.0.0", undefined, false],
])("probes at %s, port %s, are a risk: %s", (workerHost, workerPort, expected) =>
  expect(findProbesRisk({ workerHost, workerPort }) !== null).toBe(expected),
);
