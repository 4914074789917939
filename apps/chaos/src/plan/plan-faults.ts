import { lacks } from "../fleet/host/lack.ts";
import { realRefusalWords, refusalWords } from "../proxy/refusal.ts";
import { dealer, type Random } from "../random.ts";
import { spoiltWays } from "../receiver/ways.ts";
import {
  APIS,
  type Fault,
  MOST_WORKERS,
  type PlannedFault,
  type Target,
  WORKERS,
  type WorkerFaultKind,
} from "./fault.ts";

interface FaultPlanOptions {
  /** How long the load lasts. */
  durationMs: number;
  leaseMs: number;
}

/** Nobody looks away longer than that in a fault that is meant to be survived without losses. */
const LONGEST_OUTAGE_MS = 60_000;

/** What Redis gets between two outages: without it the second one would only prolong the first. */
const REDIS_REST_MS = 2_000;

/** Callbacks wait twice as long after each try that fails: a receiver that is away for long makes for a long rest. */
const LONGEST_SPOIL_MS = 6_000;
/** Longer than a callback waits for its answer. */
const LONGEST_DEAF_MS = 12_000;

/** What the receiver gets between two faults, so that something arrives. */
const RECEIVER_REST_MS = 1_500;

/** Long enough for all members to have had their turn. */
const LONGEST_ROLL_MS = 30_000;

/** A clock is off by so much: from a small correction to more than the week for which ended tasks are kept. */
const CLOCK_STEP_MS = { min: 2_000, max: 9 * 86_400_000 };

/** How long Redis refuses: up to several leases. */
const REFUSAL_MS = { min: 2_000, max: 25_000 };
/** Long enough for some answers to be lost. */
const LOST_ANSWERS_MS = { min: 50, max: 400 };
/** How long a host lacks something. */
const STARVED_MS = { min: 1_500, max: 15_000 };
/** A script that keeps Redis busy keeps a processor busy as well. */
const LONGEST_BUSY_MS = 2_500;

/** A helper that was killed is replaced within that time, one that was stopped is noticed first. */
const HELPER_RETURN_MS = 1_500;
const STOPPED_HELPER_RETURN_MS = 8_000;

const MIN_GAP_MS = 700;
const MAX_GAP_MS = 3_000;

/** When what is done to the fleet: the same for the same seed. Sorted by time; the last tenth is left in peace. */
export function planFaults(random: Random, options: FaultPlanOptions): PlannedFault[] {
  const { durationMs } = options;
  const deck = createDeck(random, options);
  const deal = dealer(random, deck);
  // So that each kind comes in a short run, too.
  const gapMs = Math.min(MAX_GAP_MS, Math.max(MIN_GAP_MS, (durationMs * 0.75) / deck.length));
  const lastMs = durationMs * 0.9;
  const helplessUntil = new Array<number>(WORKERS).fill(0);
  const planned: PlannedFault[] = [];
  let redisFreeMs = 0;
  let receiverFreeMs = 0;
  /** Until when a member is refused what it asks of Redis. */
  const refusedUntil = new Map<string, number>();
  for (let dealtMs = gapMs; dealtMs < lastMs; dealtMs += random.between(0.2, 1.8) * gapMs) {
    const fault = deal()(able(helplessUntil, dealtMs));
    const atMs = Math.max(dealtMs, startOf(fault));
    if (atMs >= lastMs) continue;
    planned.push({ atMs, fault });
    const helpless = helplessOf(fault);
    if (helpless) helplessUntil[helpless.worker] = atMs + helpless.forMs;
    if (fault.kind === "scale-workers") {
      helplessUntil.length = Math.min(helplessUntil.length, fault.workers);
      while (helplessUntil.length < fault.workers) helplessUntil.push(atMs);
    }
    if (isRefusal(fault)) refusedUntil.set(targetOf(fault), atMs + fault.forMs);
    if (isOutage(fault)) redisFreeMs = atMs + fault.forMs + REDIS_REST_MS;
    if (isOnReceiver(fault)) {
      receiverFreeMs = atMs + ("forMs" in fault ? fault.forMs : 0) + RECEIVER_REST_MS;
    }
  }
  return planned.sort((a, b) => a.atMs - b.atMs);

  /** What is done to a worker that is helpless shows nothing new, and a second outage prolongs the first. */
  function startOf(fault: Fault): number {
    if (isOutage(fault)) return redisFreeMs;
    if (isOnReceiver(fault)) return receiverFreeMs;
    if (fault.kind === "kill-all-workers") return Math.max(...helplessUntil);
    if (fault.kind === "cancel-into-give-back") return startOf(fault.cause);
    if (isRefusal(fault)) return refusedUntil.get(targetOf(fault)) ?? 0;
    return "worker" in fault ? helplessUntil[fault.worker]! : 0;
  }
}

/** Whatever keeps everybody from Redis. */
type Outage = Extract<Fault, { kind: "kill-redis" | "freeze-redis" | "refuse" | "redis-refuses" }>;
const isOutage = (fault: Fault): fault is Outage =>
  fault.kind === "kill-redis" ||
  fault.kind === "freeze-redis" ||
  fault.kind === "redis-refuses" ||
  (fault.kind === "refuse" && "everybody" in fault);

type RefusalFault = Extract<Fault, { kind: "refuse" }>;
const isRefusal = (fault: Fault): fault is RefusalFault => fault.kind === "refuse";
const targetOf = (target: Target): string =>
  "worker" in target ? `worker ${target.worker}` : "api" in target ? `api ${target.api}` : "everybody";

type ReceiverFault = Extract<Fault, { kind: `${string}-receiver` }>;
const isOnReceiver = (fault: Fault): fault is ReceiverFault => fault.kind.endsWith("-receiver");

/**
 * For how long a worker can do nothing about what else is done to it: it is frozen, or its commands have no helper, or it can
 * start none. Nothing but a cgroup holds the commands of a worker whose helper and keepers are gone as well.
 */
function helplessOf(fault: Fault): { worker: number; forMs: number } | null {
  if (fault.kind === "cancel-into-give-back") return helplessOf(fault.cause);
  if (fault.kind === "freeze-worker") return fault;
  if (fault.kind === "kill-helper") return { worker: fault.worker, forMs: HELPER_RETURN_MS };
  if (fault.kind === "stop-helper" || fault.kind === "stop-keeper") {
    return { worker: fault.worker, forMs: STOPPED_HELPER_RETURN_MS };
  }
  if (fault.kind !== "starve-host") return null;
  return { worker: fault.worker, forMs: fault.forMs + HELPER_RETURN_MS };
}

/** The workers that are not helpless then; all of them, where there is none. */
function able(helplessUntil: readonly number[], atMs: number): number[] {
  const numbers = [...helplessUntil.keys()];
  const free = numbers.filter((number) => helplessUntil[number]! <= atMs);
  return free.length > 0 ? free : numbers;
}

/** Draws target and duration of one fault; the workers are those that may be drawn. */
type Card = (workers: readonly number[]) => Fault;

/** One round of faults. */
function createDeck(random: Random, { durationMs, leaseMs }: FaultPlanOptions): Card[] {
  const api = () => random.integer(0, APIS - 1);
  const longestMs = Math.min(LONGEST_OUTAGE_MS, durationMs * 0.2);
  const spoilMs = Math.min(LONGEST_SPOIL_MS, durationMs * 0.1);
  const deafMs = Math.min(LONGEST_DEAF_MS, durationMs * 0.2);
  const way = dealer(random, spoiltWays);
  const word = dealer(random, refusalWords);
  const lack = dealer(random, lacks);
  const realWord = dealer(random, realRefusalWords);
  const refusedMs = Math.max(REFUSAL_MS.min, Math.min(REFUSAL_MS.max, durationMs * 0.2));
  const times = (count: number, card: Card) => Array.from({ length: count }, () => card);
  const onWorker =
    (kind: WorkerFaultKind): Card =>
    (workers) => ({ kind, worker: random.pick(workers) });
  const freezeWorker =
    (min: number, max: number): Card =>
    (workers) => ({
      kind: "freeze-worker",
      worker: random.pick(workers),
      forMs: random.between(min, max) * leaseMs,
    });
  const stepClock = (target: { worker: number } | { api: number }): Fault => ({
    ...{ kind: "step-clock", ...target },
    byMs: Math.round(random.spread(CLOCK_STEP_MS.min, CLOCK_STEP_MS.max)) * (random.chance(0.5) ? 1 : -1),
    forMs: random.chance(0.3) ? null : random.spread(300, durationMs * 0.3),
  });
  const refuse = (target: Target): Fault => {
    const drawn = word();
    // Nobody gives a password again on a connection that stands.
    const cut = random.chance(0.3) || drawn === "WRONGPASS";
    const refusal = { word: drawn, inScripts: random.chance(0.5), cut };
    return { kind: "refuse", ...target, refusal, forMs: random.spread(REFUSAL_MS.min, refusedMs) };
  };
  const loseAnswers = <T extends { worker: number } | { api: number }>(target: T) => ({
    ...{ kind: "lose-answers" as const, ...target },
    forMs: random.between(LOST_ANSWERS_MS.min, LOST_ANSWERS_MS.max),
  });
  const starveHost = (workers: readonly number[]) => ({
    ...{ kind: "starve-host" as const, worker: random.pick(workers), lack: lack() },
    forMs: random.spread(STARVED_MS.min, Math.min(STARVED_MS.max, durationMs * 0.2)),
  });
  const refuseReally = (): Fault => {
    const word = realWord();
    const forMs = random.spread(REFUSAL_MS.min, refusedMs);
    return { kind: "redis-refuses", word, forMs: word === "BUSY" ? Math.min(forMs, LONGEST_BUSY_MS) : forMs };
  };
  return [
    ...times(3, onWorker("kill-worker")),
    ...times(2, onWorker("terminate-worker")),
    ...times(2, onWorker("kill-helper")),
    ...times(1, onWorker("stop-helper")),
    ...times(2, onWorker("kill-keeper")),
    ...times(1, onWorker("stop-keeper")),
    ...times(1, onWorker("kill-helper-and-worker")),
    ...times(1, () => ({ kind: "kill-all-workers" })),
    // Too short for anybody to miss it.
    ...times(1, freezeWorker(0.05, 0.7)),
    // Missed after the lease and two looks; then its tasks are somebody else's when it goes on.
    ...times(2, freezeWorker(1.6, 3.5)),
    ...times(2, () => ({ kind: "kill-api", api: api() })),
    ...times(1, () => ({ kind: "terminate-api", api: api() })),
    ...times(1, () => ({ kind: "freeze-api", api: api(), forMs: random.spread(200, 8_000) })),
    ...times(2, () => ({ kind: "kill-redis", forMs: random.spread(100, longestMs / 2) })),
    ...times(1, () => ({ kind: "freeze-redis", forMs: random.between(200, leaseMs) })),
    ...times(1, () => ({ kind: "freeze-redis", forMs: random.spread(longestMs / 6, longestMs) })),
    ...times(2, () => ({ kind: "cut-connections" })),
    ...times(1, () => ({ kind: "flush-scripts" })),
    ...times(1, () => ({ kind: "scale-workers", workers: random.integer(WORKERS + 1, MOST_WORKERS) })),
    ...times(1, () => ({ kind: "scale-workers", workers: random.integer(1, WORKERS - 1) })),
    ...times(1, () => ({ kind: "rolling-restart", forMs: Math.min(LONGEST_ROLL_MS, durationMs * 0.2) })),
    ...times(2, () => ({ kind: "kill-receiver" })),
    ...times(2, () => ({ kind: "freeze-receiver", forMs: random.spread(300, deafMs) })),
    ...times(4, () => ({ kind: "spoil-receiver", way: way(), forMs: random.between(0.3, 1) * spoilMs })),
    ...times(2, (workers) => stepClock({ worker: random.pick(workers) })),
    ...times(1, () => stepClock({ api: api() })),
    ...times(2, (workers) => refuse({ worker: random.pick(workers) })),
    ...times(1, () => refuse({ api: api() })),
    ...times(1, () => refuse({ everybody: true })),
    ...times(2, refuseReally),
    ...times(1, (workers) => loseAnswers({ worker: random.pick(workers) })),
    ...times(1, () => loseAnswers({ api: api() })),
    ...times(2, (workers) => ({
      kind: "cancel-into-give-back",
      cause: { kind: "terminate-worker", worker: random.pick(workers) },
    })),
    ...times(2, (workers) => ({
      kind: "cancel-into-give-back",
      cause: loseAnswers({ worker: random.pick(workers) }),
    })),
    ...times(1, () => ({ kind: "cancel-into-give-back", cause: { kind: "cut-connections" } })),
    ...times(1, (workers) => ({ kind: "cancel-into-give-back", cause: starveHost(workers) })),
    ...times(3, starveHost),
  ];
}
