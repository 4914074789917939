/**
 * The transitions of a task, each one atomic: a Lua script and a typed function that runs it. What a script
 * does, and what it returns, stands at the head of its file in ../lua.
 */
import type { EndedStatus, Outcome, OutputStream } from "@host-runner/contracts";
import { bootMs } from "./boot-clock.ts";
import { canceledOutcome } from "./outcomes.ts";
import type { OutputBatch } from "./output-writer.ts";
import { loadScript, run, type ScriptRunner } from "./run-script.ts";

/** A piece of one stream, at its offset in bytes; the id is its place in the order of both streams. */
export interface OutputEntry {
  id: string;
  stream: OutputStream;
  offset: number;
  bytes: Buffer;
}

/** A record as HGETALL gives it in a script: field, value, field, value ... */
export type FlatRecord = string[];

export interface SubmitArguments {
  encodedId: string;
  name: string;
  data: string;
  opts: string;
  maxQueued: number;
  /** Suffixes of the lists in which it is to be found, with a space between. */
  lists: string;
  /** Whether somebody is to be called back. */
  callbacks: boolean;
  idempotency: { key: string; body: string; recordSeconds: number } | null;
}

export type SubmitAnswer =
  | ["created", execution: number, submittedAt: number]
  | ["existing", number, FlatRecord]
  | ["conflict", number]
  | ["replayed", string]
  | ["key-reused"]
  | ["full", number];

const submitScript = loadScript("submit");
export function submit(
  runner: ScriptRunner,
  { encodedId, name, data, opts, maxQueued, lists, callbacks, idempotency }: SubmitArguments,
): Promise<SubmitAnswer> {
  const keys = idempotency ? [idempotency.key] : [];
  const { body, recordSeconds } = idempotency ?? {};
  // One by one: "all but two" of an object takes longer than the rest of this call.
  const args = { encodedId, name, opts, maxQueued, lists, callbacks, body, recordSeconds };
  return run(submitScript, runner, [args, data], keys);
}

export type RerunAnswer =
  | ["created", number, FlatRecord]
  | ["missing"]
  | ["not-ended", number]
  | ["full", number];

const rerunScript = loadScript("rerun");
export function rerun(
  runner: ScriptRunner,
  args: { encodedId: string; maxQueued: number },
): Promise<RerunAnswer> {
  return run(rerunScript, runner, [args]);
}

export type CancelAnswer = ["missing"] | ["ended" | "canceled" | "requested", number, FlatRecord];

const cancelScript = loadScript("cancel");
export function cancel(
  runner: ScriptRunner,
  args: { encodedId: string; outcome: Outcome },
): Promise<CancelAnswer> {
  return run(cancelScript, runner, [args, storedOutcome(args.outcome)]);
}

/** What makes a lease the one on a certain attempt. */
export interface LeaseClaim {
  jobId: string;
  token: string;
  holder: string;
  attempt: number;
}

/** A task that was leased just now. */
export interface TakenTask {
  claim: LeaseClaim;
  taskId: string;
  /** A StoredSubmission, and BullMQ's options of the job, as JSON. */
  data: string;
  opts: string;
  /** In ms since the epoch by Redis' clock, as is `startedOn`, the beginning of the lease. */
  submittedAt: number;
  startedOn: number;
  /** When it was asked for, by the monotonic clock of this process and by the clock of this boot. */
  asked: { atMs: number; bootMs: number };
}

const takeScript = loadScript("take");
/** What came of asking for tasks. Instants are Redis' clock, in ms since the epoch. */
export interface TakeAnswer {
  tasks: TakenTask[];
  /** Whether more tasks wait. */
  hasMore: boolean;
  now: number;
  /** When the next task is due that waits for its next attempt; Infinity where none does. */
  dueAt: number;
  /** How many tasks were canceled instead of leased. */
  canceled: number;
}

export async function take(
  runner: ScriptRunner,
  args: { count: number; token: string; holder: string; leaseMs: number },
): Promise<TakeAnswer> {
  const { token, holder } = args;
  const asked = { atMs: performance.now(), bootMs: bootMs() };
  const [more, startedOn, dueAt, canceled, ...flat] = await run<
    [number, number, number, number, ...(string | number)[]]
  >(takeScript, runner, [args, storedOutcome(canceledOutcome)]);
  const tasks: TakenTask[] = [];
  for (let i = 0; i < flat.length; i += TAKEN_FIELDS) {
    const [jobId, taskId, data, opts, submittedAt, attempt] = flat.slice(i, i + TAKEN_FIELDS) as string[];
    const claim = { jobId: jobId!, token, holder, attempt: Number(attempt) };
    const submitted = Number(submittedAt);
    tasks.push({
      claim,
      taskId: taskId!,
      data: data!,
      opts: opts!,
      submittedAt: submitted,
      startedOn,
      asked,
    });
  }
  return { tasks, hasMore: more === 1, now: startedOn, dueAt: dueAt || Number.POSITIVE_INFINITY, canceled };
}
const TAKEN_FIELDS = 6;

/** How an attempt ended. */
export interface Finish {
  claim: LeaseClaim;
  /** When the attempt ended, by the monotonic clock of this process. */
  endedAtMs: number;
  outcome: Outcome;
  /** The outcome of an attempt that failed, for where its task was to be canceled; else null. */
  canceled: Outcome | null;
  /** The last of the output, and instead of it, where the record has all of it, its parts in their order. */
  output: OutputBatch;
  parts: string | null;
}

const finishScript = loadScript("finish");
/** An answer for each, or the error that kept it from being recorded. */
export function finish(
  runner: ScriptRunner,
  finishes: Finish[],
): Promise<(EndedStatus | "requeued" | "lost" | Error)[]> {
  const named: object[] = [];
  const blobs: (string | Buffer)[] = [];
  for (const { claim, endedAtMs, outcome, canceled, output, parts } of finishes) {
    const { jobId, token, holder, attempt } = claim;
    const { entries, drop } = parts === null ? output : { entries: [], drop: [] };
    const outputLost = output.isLost;
    const [jitter, described] = [Math.random(), entries.map(describeEntry)];
    const endedMsAgo = Math.round(performance.now() - endedAtMs);
    named.push({
      jobId,
      token,
      holder,
      attempt,
      endedMsAgo,
      jitter,
      drop,
      entries: described,
      parts: parts ?? "",
      outputLost,
    });
    blobs.push(storedOutcome(outcome), canceled ? storedOutcome(canceled) : "");
    blobs.push(outcome.output?.stdout ?? "", outcome.output?.stderr ?? "");
    for (const { bytes } of entries) blobs.push(bytes);
  }
  return run(finishScript, runner, [named, ...blobs]);
}

const renewLeaseScript = loadScript("renew-lease");
export function renewLease(
  runner: ScriptRunner,
  args: LeaseClaim & { leaseMs: number },
): Promise<"held" | "lost"> {
  return run(renewLeaseScript, runner, [args]);
}

const reclaimLostScript = loadScript("reclaim-lost");
export function reclaimLost(
  runner: ScriptRunner,
  args: { intervalMs: number; lost: Outcome; canceled: Outcome },
): Promise<string[]> {
  const blobs = [storedOutcome(args.lost), storedOutcome(args.canceled)];
  return run(reclaimLostScript, runner, [{ ...args, jitter: Math.random() }, ...blobs]);
}

const giveBackScript = loadScript("give-back");
export function giveBack(
  runner: ScriptRunner,
  { jobId, holder, attempt, startedOn }: Omit<LeaseClaim, "token"> & { startedOn: number },
): Promise<"given-back" | "canceled" | "changed"> {
  const args = { jobId, holder, attempt, startedOn };
  return run(giveBackScript, runner, [args, storedOutcome(canceledOutcome)]);
}

function describeEntry({ id, stream, offset }: OutputEntry) {
  return { id, stream: stream === "stdout" ? "o" : "e", offset };
}

const announceWorkerScript = loadScript("announce-worker");
export function announceWorker(
  runner: ScriptRunner,
  { status, ...args }: { id: string; gone: boolean; silentMs: number; status: string },
): Promise<null> {
  return run(announceWorkerScript, runner, [args, status]);
}

const listWorkersScript = loadScript("list-workers");
export function listWorkers(runner: ScriptRunner, args: { silentMs: number }): Promise<(string | null)[]> {
  return run(listWorkersScript, runner, [args]);
}

const pruneScript = loadScript("prune");
export function prune(
  runner: ScriptRunner,
  args: { retentionMs: number; maxCount: number; batch: number },
): Promise<[removed: number, now: number]> {
  return run(pruneScript, runner, [args]);
}

/** The outcome as the record keeps it; the output's text stands in fields of its own. */
export interface StoredOutcome extends Omit<Outcome, "output"> {
  output: {
    stdoutBytes: number;
    stderrBytes: number;
    stdoutTruncated: boolean;
    stderrTruncated: boolean;
  } | null;
}

function storedOutcome({ status, reason, message, exitCode, signal, output }: Outcome): string {
  const counts = output && {
    stdoutBytes: output.stdoutBytes,
    stderrBytes: output.stderrBytes,
    stdoutTruncated: output.stdoutTruncated,
    stderrTruncated: output.stderrTruncated,
  };
  const stored: StoredOutcome = { status, reason, message, exitCode, signal, output: counts };
  return JSON.stringify(stored);
}
