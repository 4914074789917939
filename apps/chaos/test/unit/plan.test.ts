import { describe, expect, it } from "@jest/globals";
import { lacks } from "../../src/fleet/host/lack.ts";
import { type Fault, faultKinds, type PlannedFault } from "../../src/plan/fault.ts";
import { planFaults } from "../../src/plan/plan-faults.ts";
import { planTasks } from "../../src/plan/plan-tasks.ts";
import { planTrial } from "../../src/plan/plan-trial.ts";
import { realRefusalWords, refusalWords } from "../../src/proxy/refusal.ts";
import { createRandom } from "../../src/random.ts";
import { spoiltWays } from "../../src/receiver/ways.ts";

const minute = 60_000;
const leaseMs = 2_000;
const faultsOf = (seed: string, durationMs = minute) =>
  planFaults(createRandom(seed).fork("faults"), { durationMs, leaseMs });
const tasksOf = (seed: string, count = 300) =>
  planTasks(createRandom(seed).fork("tasks"), { count, durationMs: minute });
const seeds = Array.from({ length: 20 }, (_, i) => String(i));

describe("the plan", () => {
  it("is the same for the same seed, and another one for another", () => {
    expect(faultsOf("7")).toEqual(faultsOf("7"));
    expect(tasksOf("7")).toEqual(tasksOf("7"));
    expect(faultsOf("8")).not.toEqual(faultsOf("7"));
    expect(tasksOf("8")).not.toEqual(tasksOf("7"));
  });

  it.each(seeds)("has nearly every kind of fault in a minute, in order of time, with seed %s", (seed) => {
    const planned = faultsOf(seed);
    // Outages wait for one another: the last ones may find no time left.
    expect(new Set(planned.map(({ fault }) => fault.kind)).size).toBeGreaterThanOrEqual(
      faultKinds.length - 2,
    );
    const times = planned.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.max(...times)).toBeLessThan(minute * 0.9);
  });

  it.each(seeds)("lets Redis recover between two outages, with seed %s", (seed) => {
    const outages = outagesOf(faultsOf(seed, 10 * minute));
    for (const [i, { from }] of outages.entries()) {
      expect(from).toBeGreaterThan(outages[i - 1]?.to ?? 0);
    }
  });

  it.each(seeds)("lets callbacks arrive between two faults of their receiver, with seed %s", (seed) => {
    const disturbances = faultsOf(seed, 10 * minute).flatMap(({ atMs, fault }) =>
      fault.kind.endsWith("-receiver") ? [{ from: atMs, to: atMs + durationOf(fault) }] : [],
    );
    for (const [i, { from }] of disturbances.entries()) {
      expect(from).toBeGreaterThan((disturbances[i - 1]?.to ?? 0) + 1_000);
    }
  });

  it.each(seeds)(
    "leaves a worker alone that has no helper, is frozen or can start nothing, with seed %s",
    (seed) => {
      const planned = faultsOf(seed, 3 * minute);
      // What is meant for a worker that is gone by then is done to nobody.
      const ends = planned.findIndex(({ fault }) => fault.kind === "scale-workers");
      const onWorkers = planned.slice(0, ends).flatMap(({ atMs, fault }) => {
        const own = fault.kind === "cancel-into-give-back" ? fault.cause : fault;
        return "worker" in own ? [{ atMs, ...own }] : [];
      });
      for (const [i, { atMs, worker }] of onWorkers.entries()) {
        const before = onWorkers.slice(0, i).filter((fault) => fault.worker === worker);
        for (const fault of before) {
          if (fault.kind === "kill-helper") expect(atMs - fault.atMs).toBeGreaterThanOrEqual(1_000);
          if (fault.kind === "freeze-worker" || fault.kind === "starve-host") {
            expect(atMs).toBeGreaterThanOrEqual(fault.atMs + fault.forMs);
          }
        }
      }
    },
  );

  it("spoils the receiver in each way that there is", () => {
    const ways = faultsOf("7", 10 * minute).flatMap(({ fault }) => ("way" in fault ? [fault.way] : []));
    expect(new Set(ways)).toEqual(new Set(spoiltWays));
  });

  it("has most of the tasks called back, each with a token of its own", () => {
    const tokens = tasksOf("7").flatMap(({ callbackToken }) => callbackToken ?? []);
    expect(tokens.length).toBeGreaterThan(300 * 0.5);
    expect(tokens.length).toBeLessThan(300 * 0.7);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it("has outages of up to a minute in a long trial, and shorter ones in a short one", () => {
    const longest = (durationMs: number) =>
      Math.max(
        ...seeds.flatMap((seed) => outagesOf(faultsOf(seed, durationMs)).map(({ from, to }) => to - from)),
      );
    expect(longest(20 * minute)).toBeGreaterThan(30_000);
    expect(longest(20 * minute)).toBeLessThanOrEqual(60_000);
    expect(longest(minute)).toBeLessThanOrEqual(12_000);
  });

  it("freezes workers for longer than it takes to miss them, and for less", () => {
    const freezes = seeds.flatMap((seed) =>
      faultsOf(seed).flatMap(({ fault }) => (fault.kind === "freeze-worker" ? fault.forMs : [])),
    );
    expect(freezes.some((forMs) => forMs < leaseMs)).toBe(true);
    expect(freezes.some((forMs) => forMs > leaseMs * 2)).toBe(true);
  });

  it("starves hosts of everything, and refuses with each word", () => {
    const faults = faultsOf("7", 20 * minute).map(({ fault }) => fault);
    expect(new Set(faults.flatMap((fault) => ("lack" in fault ? fault.lack : [])))).toEqual(new Set(lacks));
    const words = faults.flatMap((fault) => ("refusal" in fault ? fault.refusal.word : []));
    expect(new Set(words)).toEqual(new Set(refusalWords));
    const realWords = faults.flatMap((fault) => ("word" in fault ? fault.word : []));
    expect(new Set(realWords)).toEqual(new Set(realRefusalWords));
  });

  it("steps clocks forwards and backwards, by seconds and by days, for a while and for good", () => {
    const steps = seeds.flatMap((seed) =>
      faultsOf(seed).flatMap(({ fault }) => (fault.kind === "step-clock" ? fault : [])),
    );
    expect(steps.some(({ byMs }) => byMs < 0 && byMs > -60_000)).toBe(true);
    expect(steps.some(({ byMs }) => byMs > 86_400_000)).toBe(true);
    expect(steps.every(({ byMs }) => Math.abs(byMs) >= 2_000 && Math.abs(byMs) <= 9 * 86_400_000)).toBe(true);
    expect(new Set(steps.map(({ forMs }) => forMs === null))).toEqual(new Set([true, false]));
  });

  it("has a burst of canceled tasks for each give-back, around its time, and none for what is left out", () => {
    const options = { seed: "7", tasks: 50, minutes: 1, leaseSeconds: 2 };
    const { tasks, faults } = planTrial({ ...options, without: [] });
    const times = faults.flatMap(({ atMs, fault }) => (fault.kind === "cancel-into-give-back" ? atMs : []));
    const bursts = tasks.slice(50);
    expect(times.length).toBeGreaterThan(1);
    expect(bursts.length).toBe(times.length * 24);
    for (const { submitAtMs, cancel } of bursts) {
      expect(times.some((atMs) => Math.abs(atMs - submitAtMs) < 200)).toBe(true);
      expect(cancel).toMatchObject({ when: "at" });
    }
    const without = planTrial({ ...options, without: ["cancel-into-give-back"] });
    expect(without.tasks).toEqual(tasks.slice(0, 50));
  });

  it("grows and shrinks the fleet, and always leaves a worker", () => {
    const sizes = seeds.flatMap((seed) =>
      faultsOf(seed, 5 * minute).flatMap(({ fault }) =>
        fault.kind === "scale-workers" ? fault.workers : [],
      ),
    );
    expect(new Set(sizes)).toEqual(new Set([1, 2, 4, 5]));
  });

  it("has tasks of every story, each with an id of its own, within the time", () => {
    const tasks = tasksOf("7");
    expect(new Set(tasks.map(({ taskId }) => taskId)).size).toBe(tasks.length);
    expect(tasks.every(({ submitAtMs }) => submitAtMs >= 0 && submitAtMs < minute)).toBe(true);
    expect(new Set(tasks.map(({ cancel }) => cancel?.when))).toEqual(
      new Set([undefined, "at-once", "running", "backoff", "later"]),
    );
    expect(new Set(tasks.flatMap(({ sequels }) => sequels))).toEqual(
      new Set(["rerun", "resubmit", "replay"]),
    );
    expect(tasks.some(({ hangUpAfterMs }) => hangUpAfterMs !== null)).toBe(true);
    expect(tasks.some(({ sentTwice }) => sentTwice)).toBe(true);
    for (const word of ["setsid", "daemon", "background", "ignore-term", "succeed-at", "die", "mock:hang"]) {
      expect(tasks.some(({ prompt }) => prompt.includes(word))).toBe(true);
    }
  });
});

const durationOf = (fault: Fault): number => ("forMs" in fault ? (fault.forMs ?? Infinity) : 0);

function outagesOf(planned: readonly PlannedFault[]): { from: number; to: number }[] {
  return planned.flatMap(({ atMs, fault }) =>
    fault.kind === "kill-redis" ||
    fault.kind === "freeze-redis" ||
    fault.kind === "redis-refuses" ||
    (fault.kind === "refuse" && "everybody" in fault)
      ? [{ from: atMs, to: atMs + fault.forMs }]
      : [],
  );
}
