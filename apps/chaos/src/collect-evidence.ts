import { setTimeout as delay } from "node:timers/promises";
import { type CallbackEntry, type CallbackPage, type Execution, isEnded } from "@host-runner/contracts";
import type { Evidence } from "./evidence/evidence.ts";
import { readLedger } from "./evidence/ledger.ts";
import { findCommandProcesses } from "./evidence/processes.ts";
import { readSnapshot } from "./evidence/redis-snapshot.ts";
import { findLeftKeepers } from "./fleet/find-keepers.ts";
import type { Fleet } from "./fleet/start-fleet.ts";
import { createApiClient } from "./load/api-client.ts";
import type { Observation } from "./observe.ts";
import type { PlannedTask } from "./plan/planned-task.ts";
import { createRandom } from "./random.ts";
import { readReceipts } from "./receiver/receipt.ts";
import { findInLogs } from "./report/read-logs.ts";
import type { TrialFolder } from "./trial-folder.ts";

interface Collection {
  fleet: Fleet;
  folder: TrialFolder;
  leaseMs: number;
  tasks: PlannedTask[];
  observation: Observation;
  notReady: string[];
}

/**
 * A submission whose client hung up may have begun an execution that nobody followed, and a callback waits twice as long
 * after each try that failed.
 */
const LAST_ENDS_MS = 120_000;
/** Keepers end a moment after their workers. */
const KEEPERS_MS = 3_000;
const ASKED_AT_ONCE = 20;

/** Reads everything that is left to read, ends the fleet in order, and hands it all to the checks. */
export async function collectEvidence(collection: Collection): Promise<Evidence> {
  const { fleet, folder, leaseMs, tasks, observation, notReady } = collection;
  const { answers, note } = observation.journal;
  const client = createApiClient({
    urls: fleet.apiUrls,
    random: createRandom("finals"),
    note,
    stop: new AbortController().signal,
  });
  const acknowledged = new Set(answers.filter(({ task }) => task).map(({ call }) => call.taskId));
  const finals = await readFinals([...acknowledged], (taskId) => client.executions(taskId));
  const owed = [...(await readCallbacks(fleet, "pending")), ...(await readCallbacks(fleet, "failed"))];
  const left = findCommandProcesses(folder.temp);
  const redis = await fleet.redis.inspect(readSnapshot);
  await fleet.end({ hurry: false });
  for (
    const deadline = Date.now() + KEEPERS_MS;
    findLeftKeepers(fleet.stateDir).length > 0 && Date.now() < deadline;
  ) {
    await delay(50);
  }
  const keepers = findLeftKeepers(fleet.stateDir).map(({ pid, role, pipes }) => ({
    ...{ pid, command: `${role} of ${pipes}` },
    ...{ taskId: "", execution: 0, attempt: 0, state: "?" },
  }));
  return {
    ...{ leaseMs, tasks, answers, notReady, finals, owed, redis },
    receipts: readReceipts(folder.receipts),
    ledger: readLedger(folder.ledger),
    sightings: observation.sightings,
    lives: fleet.lives,
    outages: fleet.redis.outages,
    refusals: fleet.refusals.spans,
    leaks: findInLogs(folder.path, fleet.redisSecret),
    probes: observation.probes,
    stalls: observation.stalls,
    left: [...left, ...keepers],
  };
}

/** Some of them, where there are many. */
async function readCallbacks(
  { apiUrls: [url] }: Fleet,
  state: "pending" | "failed",
): Promise<CallbackEntry[]> {
  const response = await fetch(`${url}/callbacks?state=${state}&limit=200`);
  if (!response.ok) throw new Error(`the callbacks were answered with ${response.status}`);
  return ((await response.json()) as CallbackPage).callbacks;
}

type ReadExecutions = (taskId: string) => Promise<Execution[] | null>;

/** Asks again for those that have not ended yet, or owe a callback, for a while. */
async function readFinals(taskIds: string[], read: ReadExecutions): Promise<Evidence["finals"]> {
  const finals: Evidence["finals"] = new Map();
  let waiting = taskIds;
  for (const deadline = Date.now() + LAST_ENDS_MS; ; ) {
    for (let i = 0; i < waiting.length; i += ASKED_AT_ONCE) {
      const slice = waiting.slice(i, i + ASKED_AT_ONCE);
      const read_ = await Promise.all(slice.map(read));
      for (const [j, taskId] of slice.entries()) finals.set(taskId, read_[j] ?? null);
    }
    waiting = waiting.filter((taskId) => !finals.get(taskId)?.every(isOver));
    if (waiting.length === 0 || Date.now() > deadline) return finals;
    await delay(500);
  }
}

const isOver = ({ status, callbacks }: Execution): boolean =>
  isEnded(status) && !callbacks?.some(({ state }) => state === "pending");
