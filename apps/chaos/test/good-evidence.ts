import type { Attempt, Execution } from "@host-runner/contracts";
import type { Answer, Call, SeenTask } from "../src/evidence/answer.ts";
import type { Evidence } from "../src/evidence/evidence.ts";
import type { LedgerLine } from "../src/evidence/ledger.ts";
import type { RedisSnapshot } from "../src/evidence/redis-snapshot.ts";
import type { Probe } from "../src/evidence/watch-readiness.ts";
import type { Life } from "../src/fleet/life.ts";
import type { Outage } from "../src/fleet/outage.ts";
import type { PlannedTask } from "../src/plan/planned-task.ts";
import { callBack } from "./called-back.ts";

export const QUEUE = "chaos";
export const BULLMQ = `{hr}:${QUEUE}:`;
export const OWN = `{hr}.${QUEUE}:`;

/** Any instant; all times below count from it, in ms. */
export const BEGAN = Date.parse("2026-01-01T00:00:00.000Z");
const instant = (ms: number) => new Date(BEGAN + ms).toISOString();

export const WORKER_PID = 11;

/**
 * A trial in which all went well: `lasting` succeeded at its second attempt, after a worker was killed; `stopped` was
 * canceled while it waited, and its submission replayed; `again` ran twice. All but `stopped` were called back.
 */
export function goodEvidence(): Evidence {
  return callBack({
    leaseMs: 10_000,
    tasks: [plan("lasting", { maxAttempts: 2 }), plan("stopped"), plan("again")],
    answers: [
      answer(0, submit("lasting"), seen({ status: "queued", attempt: 0, maxAttempts: 2 }), 202),
      answer(300, read("lasting"), seen({ status: "running", maxAttempts: 2 })),
      answer(400, read("lasting"), null, null),
      answer(500, read("lasting"), null, 503),
      answer(4_000, read("lasting"), seen({ attempt: 2, maxAttempts: 2, finishedAt: instant(3_900) })),
      answer(0, submit("stopped", "key"), seen({ status: "queued", attempt: 0 }), 202),
      answer(10, cancel("stopped"), canceled()),
      answer(20, submit("stopped", "key"), seen({ status: "queued", attempt: 0 }), 202),
      answer(30, read("stopped"), canceled()),
      answer(0, submit("again"), seen({ status: "queued", attempt: 0 }), 202),
      answer(1_000, read("again"), seen({ finishedAt: instant(900) })),
      answer(
        1_100,
        { kind: "rerun", taskId: "again" },
        seen({ execution: 2, status: "queued", attempt: 0 }),
        202,
      ),
      answer(2_000, read("again", 2), seen({ execution: 2, finishedAt: instant(1_900) })),
    ],
    ledger: [
      line("start", "lasting", 100),
      line("start", "lasting", 3_000, { attempt: 2 }),
      line("end", "lasting", 3_800, { attempt: 2 }),
      line("start", "again", 100),
      line("end", "again", 800),
      line("start", "again", 1_200, { execution: 2 }),
      line("end", "again", 1_800, { execution: 2 }),
    ],
    sightings: [],
    lives: [life({ killedAt: BEGAN + 200, ended: { at: BEGAN + 201, code: null, signal: "SIGKILL" } })],
    outages: [],
    refusals: [],
    leaks: [],
    stalls: [],
    probes: [probe(0, 200, WORKER_PID), probe(200, null, WORKER_PID)],
    notReady: [],
    finals: new Map([
      [
        "lasting",
        [
          execution({
            taskId: "lasting",
            max_attempts: 2,
            attempt: 2,
            finished_at: instant(3_900),
            attempts: [attempt({ attempt: 1, reason: "worker_lost" }), attempt({ attempt: 2 })],
          }),
        ],
      ],
      [
        "stopped",
        [execution({ taskId: "stopped", status: "canceled", attempt: 0, attempts: [], stdout: null })],
      ],
      ["again", [execution({ taskId: "again", execution: 2 }), execution({ taskId: "again" })]],
    ]),
    receipts: [],
    owed: [],
    redis: goodRedis(),
    left: [],
  });
}

function goodRedis(): RedisSnapshot {
  const completed = ["task-lasting@1", "task-again@1", "task-again@2"];
  const idempotency = `${OWN}idempotency:abc`;
  const record = (fields = {}) => ({ finishedOn: "1", failedReason: null, idempotency: null, ...fields });
  const all = [...completed, "task-stopped@1"];
  return {
    keys: new Map([
      ...all.map((id): [string, string] => [BULLMQ + id, "hash"]),
      [`${BULLMQ}completed`, "zset"],
      [`${BULLMQ}failed`, "zset"],
      [`${BULLMQ}meta`, "hash"],
      [`${OWN}newest:again`, "string"],
      [`${OWN}list:all`, "zset"],
      [`${OWN}output:task-again@1`, "stream"],
      [idempotency, "string"],
    ]),
    members: new Map([
      [`${BULLMQ}completed`, completed],
      [`${BULLMQ}failed`, ["task-stopped@1"]],
      [`${OWN}list:all`, all],
    ]),
    records: new Map([
      ...completed.map((id): [string, ReturnType<typeof record>] => [BULLMQ + id, record()]),
      [`${BULLMQ}task-stopped@1`, record({ failedReason: "canceled by api", idempotency })],
      [`${BULLMQ}meta`, record({ finishedOn: null })],
    ]),
    values: new Map([[`${OWN}newest:again`, "2"]]),
  };
}

function plan(taskId: string, more: Partial<PlannedTask> = {}): PlannedTask {
  return {
    ...{ taskId, submitAtMs: 0, executor: "shell", prompt: "sleep=1", maxAttempts: 1, backoffSeconds: 0 },
    ...{
      timeoutSeconds: 20,
      idempotencyKey: null,
      callbackToken: null,
      hangUpAfterMs: null,
      sentTwice: false,
      conflicts: false,
    },
    ...{ cancel: null, sequels: [] },
    ...more,
  };
}

export const submit = (taskId: string, key: string | null = null): Call => ({ kind: "submit", taskId, key });
export const read = (taskId: string, execution = 1): Call => ({ kind: "read", taskId, execution });
export const cancel = (taskId: string): Call => ({ kind: "cancel", taskId });

export function answer(ms: number, call: Call, task: SeenTask | null, status: number | null = 200): Answer {
  const problem = task ? null : "a problem";
  const times = { sentAt: BEGAN + ms - 5, receivedAt: BEGAN + ms };
  return { call, api: 0, ...times, status, retryAfter: status === 503, problem, task };
}

/** Of a readiness probe, `ms` after the beginning. */
export function probe(ms: number, status: number | null, pid: number): Probe {
  return { pid, sentAt: BEGAN + ms, receivedAt: BEGAN + ms + 5, status };
}

export function outage(ms: number, forMs: number): Outage {
  const to = BEGAN + ms + forMs;
  return { kind: "away", from: BEGAN + ms, returnsAt: to, to };
}

export function seen(more: Partial<SeenTask> = {}): SeenTask {
  return {
    ...{ execution: 1, status: "success", attempt: 1, maxAttempts: 1, reason: null, message: "a message" },
    ...{ createdAt: instant(0), updatedAt: instant(0), startedAt: null },
    ...{ exitCode: 0, signal: null, finishedAt: null, cancelRequestedAt: null, stdout: null },
    ...more,
  };
}

export const canceled = () =>
  seen({ status: "canceled", reason: "canceled", attempt: 0, exitCode: null, cancelRequestedAt: instant(8) });

export function line(
  what: LedgerLine["what"],
  taskId: string,
  ms: number,
  more: Partial<LedgerLine> = {},
): LedgerLine {
  const exitCode = what === "end" ? 0 : null;
  return { what, taskId, execution: 1, attempt: 1, pid: 100, at: BEGAN + ms, exitCode, ...more };
}

export function life(more: Partial<Life> = {}): Life {
  return {
    ...{ name: "worker-1", role: "worker", pid: WORKER_PID, startedAt: BEGAN - 5_000, ended: null },
    ...{ terminatedAt: null, killedAt: null, freezes: [], starvations: [], clockSteps: [] },
    ...more,
  };
}

export function attempt(more: Partial<Attempt> = {}): Attempt {
  return {
    ...{ attempt: 1, worker: { id: "w", host: "h", pid: WORKER_PID }, started_at: instant(90) },
    ...{ finished_at: instant(2_900), exit_code: null, signal: null, reason: null, message: "a message" },
    ...more,
  };
}

export function execution({ taskId, ...more }: Partial<Execution> & { taskId: string }): Execution {
  const number = more.execution ?? 1;
  const stdout = `done ${number} ${more.attempt ?? 1}\n`;
  return {
    ...{ task_id: taskId, run_id: "r", status: "success", message: "a message", reason: null },
    ...{ executor: "shell", execution: number, attempt: 1, max_attempts: 1, created_at: instant(0) },
    ...{ updated_at: instant(0), started_at: instant(0), finished_at: instant(1), cancel_requested_at: null },
    ...{ exit_code: 0, signal: null, stdout, stderr: "", stdout_bytes: 9, stderr_bytes: 0 },
    ...{ stdout_truncated: false, stderr_truncated: false, priority: null, delay_until: null },
    ...{ timeout_seconds: 20, pool: null, labels: null, metadata: null, worker: null },
    ...{ execution_mode: "no-workspace", callbacks: null, workspace: null, attempts: [attempt()] },
    ...more,
  };
}
