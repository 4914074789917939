import type { Outcome, StopReason, StopSignal } from "@host-runner/contracts";
import { type Log, logFault } from "./log.ts";
import { canceledOutcome } from "./outcomes.ts";
import type { OutputBatch } from "./output-writer.ts";
import type { Recorded, RecordOutcome } from "./record-outcomes.ts";
import type { ScriptRunner } from "./run-script.ts";
import { giveBack, renewLease, type TakenTask } from "./scripts.ts";
import { untilRedisTakesIt } from "./until-redis-takes-it.ts";

/** A worker's right to one attempt of a task: renewed while it runs, and what its outcome is recorded with. */
export interface Lease {
  /** Aborted with a `StopReason` when the attempt has to be stopped; the first reason stays. */
  readonly signal: StopSignal;
  abort(reason: StopReason): void;
  /** When that was, by the monotonic clock in ms; null where it was not. */
  stoppedAt(): number | null;
  /**
   * Holds the lease for another while: takes it again where it lapsed and nobody else did, else aborts with
   * "lease_lost". Whether it is held; false also where Redis did not tell.
   */
  renew(): Promise<boolean>;
  /**
   * Records the outcome and the last of the output (which is all of it, and in the record, where `parts` tells its
   * order), waiting for Redis as long as it takes.
   */
  finish(outcome: Outcome, output: OutputBatch, parts: string | null): Promise<Recorded>;
  /**
   * Puts the task back at the head of the line without using an attempt, or ends it where it is to be canceled. Only for
   * an attempt of which nothing was started. Waits for Redis as long as it takes.
   */
  giveBack(): Promise<"given-back" | "canceled" | "changed">;
}

interface LeaseOptions {
  runner: ScriptRunner;
  task: Pick<TakenTask, "claim" | "startedOn">;
  leaseMs: number;
  record: RecordOutcome;
  /** Aborted when the worker's connections end. */
  abandoned: AbortSignal;
  log: Log;
}

export function createLease({ runner, task, leaseMs, record, abandoned, log }: LeaseOptions): Lease {
  const { claim, startedOn } = task;
  const signal = new LeaseSignal();
  let stoppedAt: number | null = null;
  const abort = (reason: StopReason) => {
    stoppedAt ??= performance.now();
    signal.abort(reason);
  };
  let finishing = false;
  return {
    signal,
    abort,
    stoppedAt: () => stoppedAt,
    async renew() {
      // Its own outcome ends a lease as well.
      if (finishing) return false;
      try {
        const answer = await renewLease(runner, { ...claim, leaseMs });
        if (answer === "held" || finishing) return answer === "held";
        log.warn({ job: claim.jobId }, "lost the lease on a running task: stopping it");
        abort("lease_lost");
      } catch (error) {
        // The next renewal tries again.
        logFault(log, error, "renewing a lease failed", { job: claim.jobId });
      }
      return false;
    },
    async finish(outcome, output, parts) {
      finishing = true;
      const canceled = ifToBeCanceled(outcome);
      const answer = await record({ claim, endedAtMs: performance.now(), outcome, canceled, output, parts });
      if (answer === "requeued")
        log.info({ job: claim.jobId, outcome: outcome.message }, "the task has an attempt left");
      if (answer === "lost") {
        log.warn(
          { job: claim.jobId, outcome: outcome.message },
          "the task was taken over: its outcome here is dropped",
        );
      }
      return answer;
    },
    giveBack() {
      finishing = true;
      return untilRedisTakesIt({ purpose: "give a task back", log, abandoned }, () =>
        giveBack(runner, { ...claim, startedOn }),
      );
    },
  };
}

/** What the command did counts also where the wish to cancel comes between two attempts. */
function ifToBeCanceled(outcome: Outcome): Outcome | null {
  if (outcome.status !== "failed") return null;
  const { status, reason, message } = canceledOutcome;
  return { ...outcome, status, reason, message };
}

/** An AbortSignal costs each task more than all else here: Node gives each a hidden class, which only a full collection frees. */
class LeaseSignal extends EventTarget implements StopSignal {
  reason: StopReason | undefined;

  get aborted(): boolean {
    return this.reason !== undefined;
  }

  abort(reason: StopReason): void {
    if (this.aborted) return;
    this.reason = reason;
    this.dispatchEvent(new Event("abort"));
  }
}
