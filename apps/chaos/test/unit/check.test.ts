import { describe, expect, it } from "@jest/globals";
import { check } from "../../src/check/check.ts";
import { type Rule, rules } from "../../src/check/violation.ts";
import type { Evidence } from "../../src/evidence/evidence.ts";
import type { Probe } from "../../src/evidence/watch-readiness.ts";
import type { Life } from "../../src/fleet/life.ts";
import type { Outage } from "../../src/fleet/outage.ts";
import type { RefusalSpan } from "../../src/fleet/refusals.ts";
import type { Receipt } from "../../src/receiver/receipt.ts";
import { callback, receipt } from "../called-back.ts";
import {
  answer,
  attempt,
  BEGAN,
  BULLMQ,
  cancel,
  canceled,
  execution,
  goodEvidence,
  life,
  line,
  OWN,
  outage,
  probe,
  QUEUE,
  read,
  seen,
  submit,
} from "../good-evidence.ts";

const outlived = { pid: 7, taskId: "again", execution: 1, attempt: 1, state: "S", command: "sleep 600" };
const sighting = { at: BEGAN, lastAt: BEGAN, taskId: "again", execution: 1, processes: [outlived] };
const ended = (code: number, ms: number) => ({ at: BEGAN + ms, code, signal: null });
const instant = (ms: number) => new Date(BEGAN + ms).toISOString();

/** Nothing is done to it. */
const wellWorker = () => life({ name: "worker-2", pid: 12, startedAt: BEGAN - 60_000 });
const wellApi = () => life({ name: "api-1", role: "api", pid: 13, startedAt: BEGAN - 60_000 });

/** The task waits for so long, though nobody is to blame yet. */
function startLate({ finals, receipts, ledger }: Evidence, ms: number): void {
  // Without a command: the ledger has other times.
  ledger.splice(5, 2);
  for (const { body } of receipts) {
    const isLate = body.task_id === "again" && body.execution === 2 && body.status === "running";
    if (isLate) body.started_at = instant(ms);
  }
  patch(finals, "again", {
    executor: "mock",
    attempts: [attempt({ started_at: instant(ms), finished_at: instant(ms + 900) })],
  });
}

/** The attempt of the killed worker is missed so long after its death. */
function missLate({ finals }: Evidence, ms: number): void {
  const lost = attempt({ reason: "worker_lost", started_at: instant(90), finished_at: instant(200 + ms) });
  patch(finals, "lasting", { attempts: [lost, attempt({ attempt: 2 })] });
}

/** What goes wrong, the rule that has to tell of it, and how the evidence of a good trial then differs. */
const breaches: [string, Rule, (evidence: Evidence) => void][] = [
  ["an acknowledged task is gone", "task-missing", ({ finals }) => finals.set("stopped", [])],
  ["an acknowledged execution is gone", "task-missing", ({ finals }) => finals.get("again")?.shift()],
  [
    "an acknowledged task is not found",
    "task-missing",
    (all) => add(all, answer(600, read("again"), null, 404)),
  ],
  ["a task runs for ever", "not-ended", ({ finals }) => patch(finals, "again", { status: "running" })],
  [
    "an end is told differently later",
    "end-changed",
    (all) => add(all, answer(5_000, read("again"), seen())),
  ],
  [
    "a task runs again after its end",
    "end-changed",
    (all) => add(all, answer(5_000, read("again"), seen({ status: "running" }))),
  ],
  ["the last end differs", "end-changed", ({ finals }) => patch(finals, "again", { status: "failed" })],
  [
    "an execution starts once too often",
    "started-too-often",
    ({ ledger }) => ledger.push(line("start", "again", 850, { attempt: 1, pid: 101 })),
  ],
  [
    "one attempt starts twice",
    "started-too-often",
    ({ ledger }) => {
      ledger[1] = line("start", "lasting", 3_000, { attempt: 1 });
    },
  ],
  [
    "more attempts are told than are allowed",
    "started-too-often",
    ({ finals }) => patch(finals, "again", { attempt: 2, attempts: [attempt(), attempt({ attempt: 2 })] }),
  ],
  [
    "a command starts of what has ended",
    "started-after-end",
    ({ ledger }) => ledger.push(line("start", "stopped", 100)),
  ],
  [
    "a task is tried again in spite of its cancel",
    "started-after-cancel",
    (all) => {
      const wished = seen({ status: "queued", cancelRequestedAt: "2026-01-01T00:00:00.000Z" });
      add(all, answer(2_000, cancel("lasting"), wished));
    },
  ],
  ["a success has no end in the ledger", "success-without-end", ({ ledger }) => ledger.splice(2, 1)],
  [
    "the end in the ledger is another attempt's",
    "success-without-end",
    ({ ledger }) => {
      ledger[2] = line("end", "lasting", 3_800, { attempt: 1 });
    },
  ],
  [
    "another exit code is told",
    "result-differs",
    ({ ledger }) => {
      ledger[4] = line("end", "again", 800, { exitCode: 3 });
    },
  ],
  [
    "another task's output is told",
    "result-differs",
    ({ finals }) => patch(finals, "again", { stdout: "done 9 9\n" }),
  ],
  ["an attempt is not told", "history-differs", ({ finals }) => finals.get("lasting")?.[0]?.attempts.shift()],
  [
    "an attempt starts that is not told",
    "history-differs",
    ({ ledger }) => ledger.push(line("start", "lasting", 3_500, { attempt: 3 })),
  ],
  [
    "a command lives after its end was told",
    "ran-on",
    (all) => see(all, { ...sighting, kind: "after-end", endedAt: BEGAN }),
  ],
  [
    "two attempts run at once",
    "overlap",
    (all) => see(all, { ...sighting, processes: [outlived, { ...outlived, attempt: 2 }], kind: "overlap" }),
  ],
  ["a command is left in the end", "left-running", ({ left }) => left.push(outlived)],
  [
    "a retried submission makes a second execution",
    "executed-twice",
    ({ finals }) => finals.get("stopped")?.unshift(execution({ taskId: "stopped", execution: 2 })),
  ],
  ["executions have a gap", "executed-twice", ({ finals }) => patch(finals, "again", { execution: 3 })],
  [
    "a key stands for two executions",
    "key-differs",
    (all) => add(all, answer(50, submit("stopped", "key"), seen({ execution: 2, status: "queued" }), 202)),
  ],
  [
    "the API has an internal error",
    "unexpected-answer",
    (all) => add(all, answer(50, read("again"), null, 500)),
  ],
  [
    "the API answers too late",
    "slow-answer",
    (all) => add(all, { ...answer(2_600, read("again"), null, 503), sentAt: BEGAN }),
  ],
  [
    "the API answers too late, and is restarted long after that",
    "slow-answer",
    (all) => {
      add(all, { ...answer(2_600, read("again"), null, 503), sentAt: BEGAN });
      all.lives.push(life({ name: "api-1", role: "api", pid: 13, startedAt: BEGAN + 60_000 }));
    },
  ],
  [
    "a cancel is answered too late",
    "slow-answer",
    (all) => add(all, { ...answer(5_600, cancel("stopped"), canceled()), sentAt: BEGAN }),
  ],
  [
    "a refusal does not say when to try again",
    "no-retry-after",
    (all) => add(all, { ...answer(50, read("again"), null, 503), retryAfter: false }),
  ],
  [
    "an API says that it is ready while Redis is away",
    "readiness-lied",
    (all) => sayReady(all, wellApi(), probe(2_000, 200, 13), outage(1_000, 3_000)),
  ],
  [
    "a worker says that it is ready long after Redis hung",
    "readiness-lied",
    (all) => sayReady(all, wellWorker(), probe(5_000, 200, 12), outage(1_000, 5_000)),
  ],
  [
    "a worker says that it is ready while it stops",
    "readiness-lied",
    (all) => sayReady(all, { ...wellWorker(), terminatedAt: BEGAN }, probe(1_000, 200, 12)),
  ],
  [
    "a worker that is well says that it is not ready",
    "readiness-lied",
    (all) => sayReady(all, wellWorker(), probe(10_000, 503, 12), outage(1_000, 3_000)),
  ],
  [
    "an API that is well does not say whether it is ready",
    "readiness-lied",
    (all) => sayReady(all, wellApi(), probe(10_000, null, 13)),
  ],
  [
    "a worker that died is missed too late",
    "noticed-late",
    (all) => {
      all.lives.push(wellWorker());
      missLate(all, 16_000);
    },
  ],
  [
    "a worker that died is missed too late after an outage",
    "noticed-late",
    (all) => {
      all.lives.push(wellWorker());
      all.outages = [outage(100, 900)];
      missLate(all, 22_500);
    },
  ],
  [
    "a worker lets a task wait",
    "left-waiting",
    (all) => {
      all.lives.push(wellWorker());
      startLate(all, 6_000);
    },
  ],
  [
    "a worker lets a task wait after an outage",
    "left-waiting",
    (all) => {
      all.lives.push(wellWorker());
      all.outages = [outage(100, 3_900)];
      startLate(all, 10_000);
    },
  ],
  [
    "a worker lets a task wait, says that it is ready, and its host cannot start anything",
    "left-waiting",
    (all) => {
      const starvations = [{ from: BEGAN, to: BEGAN + 20_000, lack: "pids" as const }];
      sayReady(all, { ...wellWorker(), starvations }, probe(6_000, 200, 12));
      startLate(all, 12_000);
    },
  ],
  [
    "an attempt is lost whose worker's host lacked something",
    "lost-without-cause",
    (all) => {
      all.lives = [life({ starvations: [{ from: BEGAN, to: BEGAN + 20_000, lack: "descriptors" }] })];
    },
  ],
  [
    "a command cannot be started",
    "unexplained-reason",
    ({ finals }) => patch(finals, "again", { attempts: [attempt({ reason: "spawn_error" })] }),
  ],
  [
    "a worker that was well counts as lost",
    "lost-without-cause",
    (all) => {
      all.lives = [life()];
    },
  ],
  [
    "a task fails inside of host-runner",
    "unexplained-reason",
    ({ finals }) => patch(finals, "again", { attempts: [attempt({ reason: "internal" })] }),
  ],
  ["a worker dies by itself", "died-by-itself", ({ lives }) => lives.push(life({ ended: ended(1, 0) }))],
  [
    "a worker ends with an error when it is told to end",
    "stopped-badly",
    ({ lives }) => lives.push(life({ terminatedAt: BEGAN, ended: ended(1, 100) })),
  ],
  [
    "an API takes too long to end",
    "stopped-badly",
    ({ lives }) => lives.push(life({ role: "api", terminatedAt: BEGAN, ended: ended(0, 5_600) })),
  ],
  [
    "a worker ends with an error though it was frozen only before its stop",
    "stopped-badly",
    ({ lives }) =>
      lives.push(life({ ...frozen(-30_000, -1_000), terminatedAt: BEGAN, ended: ended(1, 15_000) })),
  ],
  [
    "a worker ends with an error though it was frozen until it heard of its stop",
    "stopped-badly",
    ({ lives }) =>
      lives.push(life({ ...frozen(-5_000, 20_000), terminatedAt: BEGAN, ended: ended(1, 21_000) })),
  ],
  [
    "a worker ends with an error in time, though it was frozen for a moment",
    "stopped-badly",
    ({ lives }) => lives.push(life({ ...frozen(100, 1_000), terminatedAt: BEGAN, ended: ended(1, 2_000) })),
  ],
  [
    "a worker takes too long to end, frozen or not",
    "stopped-badly",
    ({ lives }) => lives.push(life({ ...frozen(100, 1_000), terminatedAt: BEGAN, ended: ended(0, 15_000) })),
  ],
  [
    "a worker has to be killed in the end",
    "stopped-badly",
    ({ lives }) =>
      lives.push(life({ terminatedAt: BEGAN, killedAt: BEGAN + 30_000, ended: ended(0, 30_000) })),
  ],
  [
    "an end is never called back",
    "callback-missing",
    (all) => spoilReceipts(all, (all) => all.filter(({ body }) => body.status !== "success")),
  ],
  [
    "an attempt's start is never called back",
    "callback-missing",
    (all) => {
      const isLost = ({ seq }: { seq: number }) => seq === 3;
      spoilReceipts(all, (all) => all.filter(({ body }) => body.task_id !== "again" || !isLost(body)));
      const [second] = all.finals.get("again")!;
      second!.callbacks = second!.callbacks!.filter((stored) => !isLost(stored));
    },
  ],
  [
    "a callback is said to be delivered that never came",
    "callback-missing",
    (all) => spoilReceipts(all, (all) => all.filter(({ body }) => body.attempt !== 1 || body.seq > 1)),
  ],
  [
    "a callback comes with two ids",
    "callback-doubled",
    (all) => callAgain(all, 10, { body: { event_id: "evt_other" }, webhookId: "evt_other" }),
  ],
  [
    "two ends of an execution are told",
    "callback-doubled",
    (all) => callAgain(all, 10, { body: { event_id: "evt_other", seq: 4, status: "failed" } }),
  ],
  [
    "two callbacks have one id",
    "callback-doubled",
    (all) => {
      const { body } = all.receipts[9]!;
      all.receipts[10]!.body.event_id = body.event_id;
    },
  ],
  [
    "a callback comes again after the next one",
    "callback-disordered",
    (all) => spoilReceipts(all, (all) => [...all, { ...all[9]!, at: BEGAN + 4_100 }]),
  ],
  [
    "a callback comes before the one before it",
    "callback-disordered",
    (all) => spoilReceipts(all, (all) => [...all.slice(0, 9), all[10]!, all[9]!]),
  ],
  [
    "an older execution is told of after a newer one",
    "callback-disordered",
    (all) => spoilReceipts(all, (all) => [...all, { ...all[2]!, at: BEGAN + 4_100 }]),
  ],
  [
    "a start is told after the end, with a larger number",
    "callback-disordered",
    (all) => callAgain(all, 9, { body: { event_id: "evt_other", seq: 4 } }),
  ],
  [
    "a callback is sent before the one before was taken",
    "callback-disordered",
    ({ receipts }) => {
      receipts[9]!.answer = "lost";
    },
  ],
  [
    "a callback says something else than the task",
    "callback-differs",
    ({ receipts }) => {
      receipts[10]!.body.message = "another message";
    },
  ],
  [
    "a callback has another output than the task",
    "callback-differs",
    ({ receipts }) => {
      receipts[10]!.body.stdout = "done 1 1\n";
    },
  ],
  [
    "a callback tells of a start at another time",
    "callback-differs",
    ({ receipts }) => {
      receipts[9]!.body.started_at = instant(1);
    },
  ],
  [
    "a callback tells of an execution that does not exist",
    "callback-differs",
    (all) => callAgain(all, 8, { body: { event_id: "evt_other", seq: 5, execution: 3 } }),
  ],
  [
    "the task does not know of a callback",
    "callback-differs",
    ({ finals }) => finals.get("lasting")?.[0]?.callbacks?.pop(),
  ],
  [
    "the task says that a callback is pending which was taken",
    "callback-differs",
    ({ finals }) => Object.assign(finals.get("lasting")?.[0]?.callbacks?.[0] ?? {}, { state: "pending" }),
  ],
  [
    "the task says that a callback is delivered which was refused each time",
    "callback-differs",
    ({ receipts }) => {
      receipts[10]!.answer = "500";
    },
  ],
  [
    "an end is told while something of it runs",
    "callback-too-early",
    ({ receipts }) => receipts[10]!.running.push(outlived),
  ],
  [
    "an end is told before the command has ended",
    "callback-too-early",
    ({ receipts }) => {
      receipts[10]!.at = BEGAN + 3_700;
    },
  ],
  [
    "a callback has another task's token",
    "callback-unproven",
    ({ receipts }) => {
      receipts[10]!.token = "token of again";
    },
  ],
  [
    "a callback has no signature",
    "callback-unproven",
    ({ receipts }) => {
      receipts[10]!.isSigned = false;
    },
  ],
  [
    "a callback is signed with another id",
    "callback-unproven",
    ({ receipts }) => {
      receipts[10]!.webhookId = "evt_other";
    },
  ],
  [
    "a task is called back that did not ask",
    "callback-unasked",
    (all) => {
      const body = callback(all.finals.get("stopped")![0]!, 1);
      spoilReceipts(all, (all) => [...all, receipt(4_100, body)]);
    },
  ],
  [
    "a callback is owed in the end",
    "callback-owed",
    ({ finals, owed }) => {
      const [final] = finals.get("lasting")!;
      const { task_id, run_id, execution } = final!;
      owed.push({
        ...final!.callbacks![0]!,
        state: "pending",
        task_id,
        run_id,
        execution,
        receiver: "http://r",
      });
    },
  ],
  [
    "a worker's clock is ahead when it starts an attempt",
    "instant-differs",
    ({ finals }) => patch(finals, "again", { attempts: [attempt({ started_at: instant(3_600_000) })] }),
  ],
  [
    "a worker's clock is behind when an attempt ends",
    "instant-differs",
    ({ finals }) => patch(finals, "again", { attempts: [attempt({ finished_at: instant(-600) })] }),
  ],
  [
    "a task was created before anybody asked for it",
    "instant-differs",
    (all) => add(all, answer(50, read("again"), seen({ createdAt: instant(-3_000) }))),
  ],
  [
    "an answer tells of a time that has not come",
    "instant-differs",
    (all) => add(all, answer(50, read("stopped"), { ...canceled(), cancelRequestedAt: instant(3_000) })),
  ],
  [
    "a callback was tried before it was sent",
    "instant-differs",
    ({ finals }) => {
      finals.get("again")![0]!.callbacks![1]!.tried_at = instant(-1_000);
    },
  ],
  [
    "a log has the password",
    "password-logged",
    (all) => {
      all.leaks = [{ log: "worker-1", line: "AUTH host-runner secret" }];
    },
  ],
  [
    "a worker takes a task that is to be canceled",
    "started-after-cancel",
    ({ finals }) => patch(finals, "again", { cancel_requested_at: instant(50) }),
  ],
  [
    "an attempt that was told with its cancel starts after that",
    "started-after-cancel",
    (all) => {
      all.lives.push(wellWorker());
      const told = seen({ status: "running", cancelRequestedAt: instant(100), execution: 2 });
      add(all, answer(200, cancel("again"), told));
      const worker = { id: "w2", host: "h", pid: 12 };
      patch(all.finals, "again", { attempts: [attempt({ worker })] });
    },
  ],
  [
    "a worker says that it is ready while it alone is refused",
    "readiness-lied",
    (all) => {
      sayReady(all, wellWorker(), probe(5_000, 200, 12));
      all.refusals = [refused("worker-2", 1_000, 8_000)];
    },
  ],
  [
    "an API says that it is ready while everybody is refused",
    "readiness-lied",
    (all) => {
      sayReady(all, wellApi(), probe(5_000, 200, 13));
      all.refusals = [refused(null, 1_000, 8_000)];
    },
  ],
  [
    "an API is not ready again after it was refused",
    "readiness-lied",
    (all) => {
      sayReady(all, wellApi(), probe(14_000, 503, 13));
      all.refusals = [refused("api-1", 1_000, 8_000)];
    },
  ],
  [
    "an attempt is lost while everybody is refused",
    "lost-without-cause",
    (all) => {
      all.lives = [life()];
      all.refusals = [refused(null, 100, 30_000)];
    },
  ],
  [
    "an attempt is lost whose worker was refused for less than a lease",
    "lost-without-cause",
    (all) => {
      all.lives = [life()];
      all.refusals = [refused("worker-1", 100, 2_000)];
    },
  ],
  [
    "an attempt is lost while another worker is refused",
    "lost-without-cause",
    (all) => {
      all.lives = [life()];
      all.refusals = [refused("worker-2", 100, 30_000)];
    },
  ],
  [
    "a worker that was ready exits when it is refused",
    "died-by-itself",
    (all) => {
      all.lives.push(life({ name: "worker-2", pid: 12, ended: ended(1, 9_000) }));
      all.probes = [...all.probes, probe(500, 200, 12)];
      all.refusals = [refused("worker-2", 1_000, 10_000, "WRONGPASS")];
    },
  ],
  [
    "a worker that starts exits when Redis refuses for now",
    "died-by-itself",
    (all) => {
      all.lives.push(life({ name: "worker-2", pid: 12, startedAt: BEGAN + 2_000, ended: ended(1, 3_000) }));
      all.refusals = [refused("worker-2", 1_000, 10_000, "LOADING")];
    },
  ],
  ["a worker does not come back", "not-ready", ({ notReady }) => notReady.push("worker-1")],
  ["an id in a list has no record", "redis-inconsistent", ({ redis }) => put(redis, "wait", "task-ghost@1")],
  ["a record is in two places", "redis-inconsistent", ({ redis }) => put(redis, "delayed", "task-again@1")],
  ["a record is in no place", "redis-inconsistent", ({ redis }) => redis.members.delete(`${BULLMQ}failed`)],
  [
    "a record that has ended is in the wrong place",
    "redis-inconsistent",
    ({ redis }) => {
      redis.members.delete(`${BULLMQ}failed`);
      put(redis, "wait", "task-stopped@1");
    },
  ],
  ["a suspect is not active", "redis-inconsistent", ({ redis }) => put(redis, "stalled", "task-again@1")],
  [
    "a lock is left",
    "redis-inconsistent",
    ({ redis }) => redis.keys.set(`${BULLMQ}task-again@1:lock`, "string"),
  ],
  ["a key is nobody's", "redis-inconsistent", ({ redis }) => redis.keys.set(`${BULLMQ}odd`, "string")],
  ["a key is outside", "redis-inconsistent", ({ redis }) => redis.keys.set("odd", "string")],
  [
    "a pointer points to nothing",
    "redis-inconsistent",
    ({ redis }) => redis.values.set(`${OWN}newest:again`, "3"),
  ],
  [
    "an idempotency record is nobody's",
    "redis-inconsistent",
    ({ redis }) => redis.keys.set(`${OWN}idempotency:xyz`, "string"),
  ],
  [
    "output is left of what is gone",
    "redis-inconsistent",
    ({ redis }) => redis.keys.set(`${OWN}output:task-ghost@1`, "stream"),
  ],
  [
    "a list names what is gone",
    "redis-inconsistent",
    ({ redis }) => redis.members.get(`${OWN}list:all`)?.push("task-ghost@1"),
  ],
  [
    "a callback is owed of what is gone",
    "redis-inconsistent",
    ({ redis }) => {
      put(redis, "callbacks-due", "ghost", OWN);
      put(redis, "callbacks:ghost", "task-ghost@1 1", OWN);
    },
  ],
  [
    "a task owes a callback, and nobody is to send it",
    "redis-inconsistent",
    ({ redis }) => put(redis, "callbacks:again", "task-again@1 1", OWN),
  ],
  [
    "a callback is due of a task that owes none",
    "redis-inconsistent",
    ({ redis }) => put(redis, "callbacks-due", "again", OWN),
  ],
  [
    "a callback could not be delivered of what is gone",
    "redis-inconsistent",
    ({ redis }) => put(redis, "callbacks-failed", "task-ghost@1", OWN),
  ],
];

describe("the checker", () => {
  it("finds nothing in a trial in which all went well", () => {
    expect(check(goodEvidence(), QUEUE)).toEqual([]);
  });

  it.each(breaches)("tells when %s: %s", (_, rule, spoil) => {
    const evidence = goodEvidence();
    spoil(evidence);
    expect(check(evidence, QUEUE).map((violation) => violation.rule)).toContain(rule);
  });

  it("has a case above for each of its rules", () => {
    expect(new Set(breaches.map(([, rule]) => rule))).toEqual(new Set(Object.keys(rules)));
  });

  it("takes a worker for lost that was frozen meanwhile", () => {
    const evidence = goodEvidence();
    evidence.lives = [life({ freezes: [{ from: BEGAN + 100, to: BEGAN + 2_000 }] })];
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("excuses a stop whose time was over when its process thawed", () => {
    const evidence = goodEvidence();
    evidence.lives.push(life({ ...frozen(100, 20_000), terminatedAt: BEGAN, ended: ended(1, 21_000) }));
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("lets a process die of SIGTERM that was frozen since it was young", () => {
    const evidence = goodEvidence();
    const stopped = { at: BEGAN + 7_100, code: null, signal: "SIGTERM" } as const;
    evidence.lives.push(
      life({ startedAt: BEGAN, ...frozen(200, 7_000), terminatedAt: BEGAN + 7_000, ended: stopped }),
    );
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("excuses a stop that was cut short by a kill while its process was frozen", () => {
    const evidence = goodEvidence();
    evidence.lives.push(
      life({
        ...frozen(100, 14_500),
        ...{ terminatedAt: BEGAN, killedAt: BEGAN + 14_500, ended: ended(0, 14_500) },
      }),
    );
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("lets a process be ready that has not heard of its stop yet, because it was frozen", () => {
    const evidence = goodEvidence();
    const api = { ...wellApi(), ...frozen(-100, 800), terminatedAt: BEGAN };
    sayReady(evidence, api, probe(1_000, 200, 13));
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("lets an API be ready while connections are cut", () => {
    const evidence = goodEvidence();
    sayReady(evidence, wellApi(), probe(2_000, 200, 13), { ...outage(1_000, 3_000), kind: "cut" });
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("lets a worker need a moment to hear of an outage, and everybody to recover from it", () => {
    const evidence = goodEvidence();
    sayReady(evidence, wellWorker(), probe(2_000, 200, 12), outage(1_000, 3_000));
    evidence.lives.push(wellApi());
    evidence.probes = [
      ...evidence.probes,
      probe(2_000, 503, 13),
      probe(8_000, 503, 13),
      probe(8_000, 503, 12),
    ];
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("expects nobody to miss a worker while no other one is well, or Redis is away", () => {
    const evidence = goodEvidence();
    missLate(evidence, 28_000);
    const restarted = [0, 9_000, 18_000].map((ms, i) =>
      life({ pid: 20 + i, startedAt: BEGAN + ms, killedAt: BEGAN + ms + 8_000, ended: ended(0, ms + 8_000) }),
    );
    evidence.lives.push(...restarted);
    expect(check(evidence, QUEUE)).toEqual([]);
    evidence.lives = [...goodEvidence().lives, wellWorker()];
    evidence.outages = [outage(5_000, 3_000)];
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("takes an attempt for lost whose worker was refused alone for longer than a lease", () => {
    const evidence = goodEvidence();
    evidence.leaseMs = 2_000;
    evidence.lives = [life()];
    evidence.refusals = [refused("worker-1", 100, 5_000)];
    const first = { ...outlived, taskId: "lasting" };
    const told = { ...sighting, taskId: "lasting", processes: [first, { ...first, attempt: 2 }] };
    see(evidence, { ...told, kind: "overlap" });
    see(evidence, { ...told, processes: [first], kind: "after-end", endedAt: BEGAN });
    evidence.receipts[10]!.running.push(first);
    expect(check(evidence, QUEUE)).toEqual([]);
    evidence.refusals = [];
    expect(new Set(check(evidence, QUEUE).map(({ rule }) => rule))).toEqual(
      new Set(["lost-without-cause", "overlap", "ran-on", "callback-too-early"]),
    );
  });

  it("lets a program end at its start that is turned away then", () => {
    const evidence = goodEvidence();
    evidence.lives.push(life({ pid: 12, startedAt: BEGAN + 2_000, ended: ended(1, 3_000) }));
    evidence.refusals = [refused("worker-1", 1_000, 10_000, "WRONGPASS")];
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("lets the refused need a moment to notice, and to recover", () => {
    const evidence = goodEvidence();
    sayReady(evidence, wellWorker(), probe(3_000, 200, 12));
    evidence.probes = [...evidence.probes, probe(6_000, 503, 12), probe(12_000, 503, 12)];
    evidence.refusals = [refused("worker-2", 1_000, 8_000)];
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("lets an attempt start after its cancel where its worker could not hear of it", () => {
    const evidence = goodEvidence();
    evidence.lives.push(wellWorker());
    add(
      evidence,
      answer(
        200,
        cancel("again"),
        seen({ status: "running", cancelRequestedAt: instant(100), execution: 2 }),
      ),
    );
    patch(evidence.finals, "again", { attempts: [attempt({ worker: { id: "w2", host: "h", pid: 12 } })] });
    evidence.outages = [outage(100, 1_000)];
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("lets a worker whose host lacks something be not ready, until it has found out that it does not any more", () => {
    const evidence = goodEvidence();
    const starvations = [{ from: BEGAN + 1_000, to: BEGAN + 8_000, lack: "pids" as const }];
    sayReady(evidence, { ...wellWorker(), starvations }, probe(7_000, 503, 12));
    evidence.probes = [...evidence.probes, probe(19_000, 503, 12), probe(19_500, 200, 12)];
    expect(check(evidence, QUEUE)).toEqual([]);
    evidence.probes = [...evidence.probes, probe(26_000, 503, 12)];
    expect(check(evidence, QUEUE).map(({ rule }) => rule)).toEqual(["readiness-lied"]);
  });

  it("lets a task wait while all slots are taken, or Redis is away", () => {
    const evidence = goodEvidence();
    startLate(evidence, 12_000);
    evidence.lives.push(wellWorker());
    evidence.outages = [outage(2_000, 5_000)];
    expect(check(evidence, QUEUE)).toEqual([]);
    evidence.outages = [];
    const worker = { id: "w2", host: "h", pid: 12 };
    const long = attempt({ worker, started_at: instant(-1_000), finished_at: instant(11_000) });
    const others = Array.from({ length: 6 }, (_, i) =>
      execution({ taskId: `long ${i}`, executor: "mock", created_at: instant(-1_000), attempts: [long] }),
    );
    for (const other of others) evidence.finals.set(other.task_id, [other]);
    for (const { task_id } of others) add(evidence, answer(-1_000, submit(task_id), null, null));
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("holds nobody to a time in which the machine had too much to do", () => {
    const evidence = goodEvidence();
    add(evidence, { ...answer(2_600, read("again"), null, 503), sentAt: BEGAN });
    evidence.lives.push(life({ role: "api", terminatedAt: BEGAN, ended: ended(0, 5_600) }), wellWorker());
    startLate(evidence, 6_000);
    sayReady(evidence, wellApi(), probe(2_000, 200, 13), outage(1_000, 3_000));
    expect(check(evidence, QUEUE)).not.toEqual([]);
    evidence.stalls = [{ from: BEGAN + 2_000, to: BEGAN + 2_500 }];
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("lets an API that is frozen or just started be slow", () => {
    const evidence = goodEvidence();
    add(evidence, { ...answer(9_000, read("again"), null, 503), sentAt: BEGAN });
    evidence.lives.push(life({ name: "api-1", role: "api", freezes: [{ from: BEGAN, to: BEGAN + 8_000 }] }));
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("counts a submission whose answer was lost as one that may have made an execution", () => {
    const evidence = goodEvidence();
    add(evidence, answer(600, submit("stopped"), null, null));
    evidence.finals.get("stopped")?.unshift(execution({ taskId: "stopped", execution: 2, executor: "mock" }));
    expect(check(evidence, QUEUE)).toEqual([]);
  });

  it("allows the end of a cancel that came while its answer was under way", () => {
    const evidence = goodEvidence();
    add(evidence, answer(30, read("stopped"), canceled()));
    expect(check(evidence, QUEUE)).toEqual([]);
  });
});

const refused = (
  member: string | null,
  from: number,
  to: number,
  word: RefusalSpan["word"] = "READONLY",
): RefusalSpan => ({ word, member, from: BEGAN + from, to: BEGAN + to });

const frozen = (from: number, to: number) => ({ freezes: [{ from: BEGAN + from, to: BEGAN + to }] });

function sayReady(all: Evidence, of: Life, said: Probe, ...outages: Outage[]): void {
  all.lives.push(of);
  all.probes = [...all.probes, said];
  all.outages = outages;
}

function add({ answers }: Evidence, more: Evidence["answers"][number]): void {
  answers.push(more);
}

function see({ sightings }: Evidence, more: Evidence["sightings"][number]): void {
  sightings.push(more);
}

/** Changes what is told at the end of a task's newest execution. */
function patch(
  finals: Evidence["finals"],
  taskId: string,
  more: Partial<ReturnType<typeof execution>>,
): void {
  Object.assign(finals.get(taskId)?.[0] ?? {}, more);
}

function put({ members, keys }: Evidence["redis"], place: string, id: string, prefix = BULLMQ): void {
  keys.set(prefix + place, "list");
  members.set(prefix + place, [...(members.get(prefix + place) ?? []), id]);
}

function spoilReceipts(evidence: Evidence, spoil: (receipts: readonly Receipt[]) => Receipt[]): void {
  evidence.receipts = spoil(evidence.receipts);
}

/** The receiver gets one of its callbacks once more, changed, at the end. */
function callAgain(
  evidence: Evidence,
  index: number,
  { body, ...more }: Partial<Omit<Receipt, "body">> & { body: Partial<Receipt["body"]> },
): void {
  const again = evidence.receipts[index]!;
  spoilReceipts(evidence, (all) => [...all, { ...again, ...more, body: { ...again.body, ...body } }]);
}
