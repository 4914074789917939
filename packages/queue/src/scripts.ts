/**
 * The transitions of a task, each one atomic: a Lua script and a typed function that runs it. What a script
 * does, and what it returns, stands at the head of its file in ../lua.
 */
import type { EndedStatus, Outcome, OutputStream } from "@host-runner/contracts";
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
  now: number;
  maxQueued: number;
  /** Suffixes of the lists in which it is to be found, with a space between. */
  lists: string;
  /** Whether somebody is to be called back. */
  callbacks: boolean;
  idempotency: { key: string; body: string; recordSeconds: number } | null;
}

export type SubmitAnswer =
  | ["created", number]
  | ["existing", number, FlatRecord]
  | ["conflict", number]
  | ["replayed", string]
  | ["key-reused"]
  | ["full", number];

const submitScript = loadScript("submit");
export function submit(
  runner: ScriptRunner,
  { encodedId, name, data, opts, now, maxQueued, lists, callbacks, idempotency }: SubmitArguments,
): Promise<SubmitAnswer> {
  const keys = idempotency ? [idempotency.key] : [];
  const { body, recordSeconds } = idempotency ?? {};
  // One by one: "all but two" of an object takes longer than the rest of this call.
  const args = { encodedId, name, opts, now, maxQueued, lists, callbacks, body, recordSeconds };
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
  args: { encodedId: string; now: number; maxQueued: number },
): Promise<RerunAnswer> {
  return run(rerunScript, runner, [args]);
}

export type CancelAnswer = ["missing"] | ["ended" | "canceled" | "requested", number, FlatRecord];

const cancelScript = loadScript("cancel");
export function cancel(
  runner: ScriptRunner,
  args: { encodedId: string; now: number; outcome: Outcome },
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

const finishScript = loadScript("finish");
export function finish(
  runner: ScriptRunner,
  args: LeaseClaim & {
    now: number;
    outcome: Outcome;
    canceled: Outcome;
    output: OutputBatch;
    parts: string | null;
  },
): Promise<EndedStatus | "requeued" | "lost"> {
  const { outcome, canceled, parts, ...rest } = args;
  const last = parts === null ? args.output : { entries: [], drop: [] };
  const { output } = outcome;
  const named = {
    ...rest,
    output: undefined,
    parts: parts ?? "",
    entries: last.entries.map(describeEntry),
    drop: last.drop,
    jitter: Math.random(),
    outcome: withoutOutput(outcome),
    canceled: withoutOutput(canceled),
  };
  const texts = [storedOutcome(outcome), storedOutcome(canceled), output?.stdout ?? "", output?.stderr ?? ""];
  return run(finishScript, runner, [named, ...texts, ...last.entries.map(({ bytes }) => bytes)]);
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
  args: { now: number; intervalMs: number; lost: Outcome; canceled: Outcome },
): Promise<string[]> {
  const blobs = [storedOutcome(args.lost), storedOutcome(args.canceled)];
  return run(reclaimLostScript, runner, [{ ...args, jitter: Math.random() }, ...blobs]);
}

const giveBackScript = loadScript("give-back");
export function giveBack(
  runner: ScriptRunner,
  args: Omit<LeaseClaim, "token"> & { startedOn: number },
): Promise<"given-back" | "changed"> {
  return run(giveBackScript, runner, [args]);
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
  args: { endedBefore: number; maxCount: number; batch: number },
): Promise<number> {
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

function withoutOutput({ output: _, ...outcome }: Outcome) {
  return outcome;
}

function storedOutcome({ output, ...outcome }: Outcome): string {
  const { stdout: _, stderr: __, ...counts } = output ?? { stdout: "", stderr: "" };
  return JSON.stringify({ ...outcome, output: output && counts });
}
