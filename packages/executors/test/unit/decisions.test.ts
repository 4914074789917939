import { describe, expect, it } from "@jest/globals";
import { findStrays } from "../../src/shell/containment/nursery.ts";
import { isAlive, parseStat } from "../../src/shell/containment/proc.ts";
import { judgeFolder } from "../../src/shell/guard/judge-folder.ts";
import { formatWorkerRecord, parseWorkerRecord } from "../../src/shell/guard/worker-record.ts";
import { isWithin } from "../../src/shell/prepare/working-directory.ts";
import { createSlots } from "../../src/shell/slots.ts";

const record = {
  workerId: "w",
  pid: 10,
  startTime: "500",
  pidScope: "boot/1",
  gracePeriodMs: 2_000,
  fifos: "/f",
  cgroup: null,
};

describe("what is to be done about a worker's folder", () => {
  it.each([
    ["its worker lives", "leave", { startTimeNow: "500" }],
    ["its worker is dead", "sweep", { startTimeNow: null }],
    ["its worker's pid is another process's", "sweep", { startTimeNow: "777" }],
    ["it is of an earlier boot", "remove", { pidScope: "other/1", startTimeNow: "500" }],
    ["it is of another container", "leave", { pidScope: "boot/2", startTimeNow: null }],
    ["its worker had not written down who it is", "leave", { record: null, startTimeNow: null }],
    ["the system does not tell start times", "leave", { pidScope: null, startTimeNow: null }],
  ])("where %s: %s", (_case, verdict, evidence) => {
    expect(judgeFolder({ record, pidScope: "boot/1", ...evidence })).toBe(verdict);
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

describe("what a command has forked before it was moved", () => {
  const [worker, leader] = [100, 200];

  it.each([
    ["nothing", [100], []],
    ["itself alone", [100, 200], []],
    ["two", [100, 200, 201, 205], [201, 205]],
    ["it cannot be told where something older is there", [100, 150, 200, 201], []],
  ])("is %s", (_case, pids, strays) => {
    expect(findStrays(pids, { worker, leader })).toEqual(strays);
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

describe("slots", () => {
  it("are used again, the lowest first", () => {
    const slots = createSlots();
    expect([slots.take(), slots.take(), slots.take()]).toEqual([0, 1, 2]);
    slots.give(2);
    slots.give(0);
    expect([slots.take(), slots.take(), slots.take()]).toEqual([0, 2, 3]);
  });
});
