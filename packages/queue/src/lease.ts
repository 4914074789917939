import { setTimeout as pause } from "node:timers/promises";
import { HostRunnerError, type Outcome, type StopReason } from "@host-runner/contracts";
import type { Log } from "./log.ts";
import { canceledOutcome } from "./outcomes.ts";
import { reachingRedis } from "./queue-error.ts";
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
  let finishing = false;
  return {
    signal: stop.signal,
    abort,
    async retake() {
      // Its own outcome ends a lease as well.
      if (finishing) return;
      try {
        if ((await retakeLease(runner, { ...claim, leaseMs })) === "held" || finishing) return;
        log.warn({ job: claim.jobId }, "lost the lease on a running task: stopping it");
        abort("lease_lost");
      } catch (error) {
        // The next renewal tries again.
        log.warn({ err: error as Error, job: claim.jobId }, "renewing a lease failed");
      }
    },
    async finish(outcome) {
      finishing = true;
      // What the command did counts also where the wish to cancel comes between two attempts.
      const { status, reason, message } = canceledOutcome;
      const canceled = { ...outcome, status, reason, message };
      const answer = await untilRedisTakesIt(log, () =>
        finish(runner, { ...claim, now: Date.now(), outcome, canceled }),
      );
      if (answer === "requeued")
        log.info({ job: claim.jobId, outcome: outcome.message }, "the task has an attempt left");
      if (answer === "lost") {
        log.warn(
          { job: claim.jobId, outcome: outcome.message },
          "the task was taken over: its outcome here is dropped",
        );
      }
    },
  };
}

const TRY_AGAIN_MS = 500;

/** The connection itself waits for a Redis that is away; one that is there may refuse writes for a while. */
async function untilRedisTakesIt<T>(log: Log, call: () => Promise<T>): Promise<T> {
  for (let told = false; ; told = true) {
    try {
      return await reachingRedis("record an outcome", call);
    } catch (error) {
      if (!(error instanceof HostRunnerError && error.code === "queue_unavailable")) throw error;
      if (!told)
        log.warn({ err: error.cause as Error }, "cannot record an outcome; trying again until it works");
      await pause(TRY_AGAIN_MS);
    }
  }
}
