import type { Outcome, StopReason, StopSignal } from "@host-runner/contracts";
import type { Log } from "./log.ts";
import { canceledOutcome } from "./outcomes.ts";
import type { OutputBatch } from "./output-writer.ts";
import type { Recorded, RecordOutcome } from "./record-outcomes.ts";
import type { ScriptRunner } from "./run-script.ts";
import { type LeaseClaim, renewLease } from "./scripts.ts";

/** A worker's right to one attempt of a task: renewed while it runs, and what its outcome is recorded with. */
export interface Lease {
  /** Aborted with a `StopReason` when the attempt has to be stopped; the first reason stays. */
  readonly signal: StopSignal;
  abort(reason: StopReason): void;
  /** When that was, in ms since the epoch; null where it was not. */
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
}

interface LeaseOptions {
  runner: ScriptRunner;
  claim: LeaseClaim;
  leaseMs: number;
  record: RecordOutcome;
  log: Log;
}

export function createLease({ runner, claim, leaseMs, record, log }: LeaseOptions): Lease {
  const signal = new LeaseSignal();
  let stoppedAt: number | null = null;
  const abort = (reason: StopReason) => {
    stoppedAt ??= Date.now();
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
        log.warn({ err: error as Error, job: claim.jobId }, "renewing a lease failed");
      }
      return false;
    },
    async finish(outcome, output, parts) {
      finishing = true;
      const now = Date.now();
      const answer = await record({ claim, now, outcome, canceled: ifToBeCanceled(outcome), output, parts });
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
