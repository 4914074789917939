/**
 * The transitions of a callback. What each script does, and what it returns, stands at the head of its file in
 * ../../lua; what is kept of a callback, in includes/owe-callback.lua.
 */
import { loadScript, run, type ScriptRunner } from "../run-script.ts";
import type { FlatRecord } from "../scripts.ts";
import type { CallbackState } from "./stored-callback.ts";

const startAttemptScript = loadScript("start-attempt");
export function startAttempt(
  runner: ScriptRunner,
  args: { jobId: string; attempt: number },
): Promise<"owed" | "over"> {
  return run(startAttemptScript, runner, [args]);
}

/** The place of a callback: "<job id> <seq>", and the record that it is about. */
export type ClaimedCallback = [head: string, record: FlatRecord];

const claimScript = loadScript("claim-callbacks");
export function claimCallbacks(
  runner: ScriptRunner,
  args: { limit: number; claimMs: number },
): Promise<[now: number, msUntilNext: number, ...ClaimedCallback[]]> {
  return run(claimScript, runner, [args]);
}

export interface Settlement {
  head: string;
  state: CallbackState;
  /** Until it is tried again, where it is still pending. */
  delayMs?: number;
  answer: number | undefined;
  detail: string | undefined;
}

const settleScript = loadScript("settle-callback");
export function settleCallback(runner: ScriptRunner, args: Settlement): Promise<"settled" | "changed"> {
  return run(settleScript, runner, [args]);
}

export type RedeliverAnswer =
  | ["missing" | "none" | "pending" | "delivered"]
  | ["owed", execution: number, record: FlatRecord];

const redeliverScript = loadScript("redeliver-callback");
export function redeliverCallback(
  runner: ScriptRunner,
  args: { encodedId: string },
): Promise<RedeliverAnswer> {
  return run(redeliverScript, runner, [args]);
}
