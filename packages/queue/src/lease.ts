import type { Outcome, StopReason } from "@host-runner/contracts";
import type { Log } from "./log.ts";
import { finish, type LeaseClaim, retakeLease, type ScriptRunner } from "./scripts.ts";

/** A worker's right to one attempt of a task: renewed while it runs, and what its outcome is recorded with. */
export interface Lease {
  /** Aborted with a `StopReason` when the attempt has to be stopped; the first reason stays. */
  readonly signal: AbortSignal;
  abort(reason: StopReason): void;
  /** A renewal failed: takes the lease again where nobody else did, else aborts with "lease_lost". */
  retake(): Promise<void>;
  /** Records the outcome, waiting for Redis as long as it takes. Refused where the lease was lost. */
  finish(outcome: Outcome): Promise<void>;
}

interface LeaseOptions {
  runner: ScriptRunner;
  claim: LeaseClaim;
  leaseMs: number;
  log: Log;
}

export function createLease({ runner, claim, leaseMs, log }: LeaseOptions): Lease {
  const stop = new AbortController();
  const abort = (reason: StopReason) => stop.abort(reason);
  return {
    signal: stop.signal,
    abort,
    async retake() {
      try {
        if ((await retakeLease(runner, { ...claim, leaseMs })) === "held") return;
        log.warn({ job: claim.jobId }, "lost the lease on a running task: stopping it");
        abort("lease_lost");
      } catch (error) {
        // The next renewal tries again.
        log.warn({ err: error as Error, job: claim.jobId }, "renewing a lease failed");
      }
    },
    async finish(outcome) {
      const answer = await finish(runner, { ...claim, now: Date.now(), outcome });
      if (answer === "lost") {
        log.warn(
          { job: claim.jobId, outcome },
          "the task was taken over meanwhile: its outcome here is dropped",
        );
      }
    },
  };
}
