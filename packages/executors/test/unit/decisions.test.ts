import { describe, expect, it } from "@jest/globals";
import { isAlive, parseStat } from "../../src/shell/containment/proc.ts";
import { isWithin } from "../../src/shell/prepare/working-directory.ts";
import { judgeFolder } from "../../src/shell/worker-files/judge-folder.ts";
import { formatWorkerName, parseWorkerName } from "../../src/shell/worker-files/worker-name.ts";
import { formatWorkerRecord, parseWorkerRecord } from "../../src/shell/worker-files/worker-record.ts";

const record = {
  workerId: "w",
  pid: 10,
  startTime: "500",
  pidScope: "boot/1",
  gracePeriodMs: 2_000,
  pipes: "/f",
  cgroup: null,
};

const name = {
  key: "0123456789abcdef01234567",
  process: { pid: 10, startTime: "500", pidNamespace: "1" },
};

describe("what is to be done about a worker's folder", () => {
  it.each([
    ["its worker lives", "leave", { startTimeNow: "500" }],
    ["its worker is dead", "sweep", { startTimeNow: null }],
    ["its worker's pid is another process's", "sweep", { startTimeNow: "777" }],
    ["it is of an earlier boot", "remove", { pidScope: "other/1", startTimeNow: "500" }],
    ["it is of another container", "leave", { pidScope: "boot/2", startTimeNow: null }],
    ["the system does not tell start times", "leave", { pidScope: null, startTimeNow: null }],
    ["its worker died before it wrote who it is", "sweep", { record: null, startTimeNow: null }],
    ["its worker has not yet written who it is", "leave", { record: null, startTimeNow: "500" }],
    [
      "it has no record, and is of another container",
      "leave",
      { record: null, pidScope: "boot/2", startTimeNow: null },
    ],
    [
      "neither record nor name tells",
      "leave",
      { name: { ...name, process: null }, record: null, startTimeNow: null },
    ],
  ])("where %s: %s", (_case, verdict, evidence) => {
    expect(judgeFolder({ name, record, pidScope: "boot/1", ...evidence })).toBe(verdict);
  });
});

describe("a worker's name", () => {
  it.each([name, { ...name, process: null }])("is read as it was written: %j", (written) => {
    expect(parseWorkerName(formatWorkerName(written))).toEqual(written);
  });

  it.each([
    "",
    "tmp",
    "0123456789abcdef01234567.",
    "0123456789abcdef01234567.1.2",
    "0123456789ABCDEF01234567",
  ])("is none where no worker writes it: %j", (text) => {
    expect(parseWorkerName(text)).toBeNull();
  });
});

describe("a worker's record", () => {
  it("is read as it was written", () => {
    expect(parseWorkerRecord(formatWorkerRecord(record))).toEqual(record);
  });

  it.each(["", "{", "null", "[]", "{}", '{"pid":1}'])("is none where it is not whole: %j", (text) => {
    expect(parseWorkerRecord(text)).toBeNull();
  });
});

describe("a process's stat", () => {
  const stat = (name: string, state = "S") =>
    `42 (${name}) ${state} 1 40 39 ${Array.from({ length: 15 }, () => "0").join(" ")} 987654 1 2`;

  it.each(["sleep", "a b", ") S 1 1 1 (", "x) Z 9 9 9"])("is read whatever its name is: %s", (name) => {
    expect(parseStat(stat(name))).toEqual({ state: "S", pgrp: 40, session: 39, startTime: "987654" });
  });

  it("is that of a dead one where it is a zombie", () => {
    expect(["Z", "X", "S", "R", "T", "D"].map((state) => isAlive(parseStat(stat("x", state))!))).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it.each(["", "42 (x)"])("is none where it is not whole: %j", (text) => {
    expect(parseStat(text)).toBeNull();
  });
});

describe("a path within a root", () => {
  it.each([
    ["/a", "/a", true],
    ["/a/b", "/a", true],
    ["/a/..b", "/a", true],
    ["/ab", "/a", false],
    ["/", "/a", false],
    ["/b", "/a", false],
    ["/anything", "/", true],
  ])("%s in %s: %s", (path, root, within) => {
    expect(isWithin(path, root)).toBe(within);
  });
});
