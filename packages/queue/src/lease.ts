import type { EndedStatus, Outcome, StopReason } from "@host-runner/contracts";
import type { Log } from "./log.ts";
import { canceledOutcome } from "./outcomes.ts";
import type { OutputBatch } from "./output-writer.ts";
import type { ScriptRunner } from "./run-script.ts";
import { finish, type LeaseClaim, renewLease } from "./scripts.ts";
import { untilRedisTakesIt } from "./until-redis-takes-it.ts";

/** A worker's right to one attempt of a task: renewed while it runs, and what its outcome is recorded with. */
export interface Lease {
  /** Aborted with a `StopReason` when the attempt has to be stopped; the first reason stays. */
  readonly signal: AbortSignal;
  abort(reason: StopReason): void;
  /** When that was, in ms since the epoch; null where it was not. */
  readonly stoppedAt: number | null;
  /**
   * Holds the lease for another while: takes it again where it lapsed and nobody else did, else aborts with
   * "lease_lost". Whether it is held; false also where Redis did not tell.
   */
  renew(): Promise<boolean>;
  /**
   * Records the outcome and the last of the output (which is all of it, and in the record, where `parts` tells its
   * order), waiting for Redis as long as it takes, and tells what it came to. Refused ("lost") where the
   * lease was lost.
   */
  finish(
    outcome: Outcome,
    output: OutputBatch,
    parts: string | null,
  ): Promise<EndedStatus | "requeued" | "lost">;
}

interface LeaseOptions {
  runner: ScriptRunner;
  claim: LeaseClaim;
  leaseMs: number;
  /** Aborted when the worker's connections end: what is not recorded by then is not. */
  abandoned: AbortSignal;
  log: Log;
}

export function createLease({ runner, claim, leaseMs, abandoned, log }: LeaseOptions): Lease {
  const stop = new AbortController();
  let stoppedAt: number | null = null;
  const abort = (reason: StopReason) => {
    stoppedAt ??= Date.now();
    stop.abort(reason);
  };
  let finishing = false;
  return {
    signal: stop.signal,
    abort,
    get stoppedAt() {
      return stoppedAt;
    },
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
      // What the command did counts also where the wish to cancel comes between two attempts.
      const { status, reason, message } = canceledOutcome;
      const canceled = { ...outcome, status, reason, message };
      const answer = await untilRedisTakesIt({ purpose: "record an outcome", log, abandoned }, () =>
        finish(runner, { ...claim, now: Date.now(), outcome, canceled, output, parts }),
      );
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
