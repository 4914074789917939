import { expect, it } from "@jest/globals";
import { explainFailedStart, isAddressProblem } from "../../src/explain-failed-start.ts";

const explain = (...logLines: string[]) =>
  explainFailedStart({ dir: "/data", ending: "it exited with code 1", logLines });

it.each([
  [
    "Bad file format reading the append only file: make a backup of your AOF file, then use ./redis-check-aof --fix <filename>",
    "redis-check-aof --fix '/data/appendonlydir/appendonly.aof.manifest'",
  ],
  ["Error writing to file: No space left on device", "The disk is full"],
  ["Can't open the log file: Permission denied", "change its owner"],
  ["Can't handle RDB format version 12", "newer Redis"],
  ["something new", "/data/redis.log"],
])("advises on %j", (line, advice) => {
  expect(explain("first", line)).toContain(advice);
});

it("shows the last lines of the log", () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  expect(explain(...lines)).toContain("  line 19");
  expect(explain(...lines)).not.toContain("  line 2\n");
});

it("tells a taken address from other failures", () => {
  expect(isAddressProblem(["Could not create server TCP listening socket 127.0.0.1:1: bind: in use"])).toBe(
    true,
  );
  expect(isAddressProblem(["Failed opening Unix socket: bind: Operation not permitted"])).toBe(true);
  expect(isAddressProblem(["Bad file format"])).toBe(false);
});
