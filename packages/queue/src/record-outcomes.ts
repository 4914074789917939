import type { EndedStatus } from "@host-runner/contracts";
import type { Log } from "./log.ts";
import type { ScriptRunner } from "./run-script.ts";
import { type Finish, finish } from "./scripts.ts";
import { untilRedisTakesIt } from "./until-redis-takes-it.ts";

/** What it came to: "lost" where somebody else took the task over, and the outcome counts for nothing. */
export type Recorded = EndedStatus | "requeued" | "lost";

/** Waits for Redis as long as it takes. Rejects with what is no matter of time. */
export type RecordOutcome = (ended: Finish) => Promise<Recorded>;

interface RecordingOptions {
  /** Aborted when the worker's connections end: what is not recorded by then is not. */
  abandoned: AbortSignal;
  log: Log;
}

/** Recorded in one call: a script must not keep Redis from others for long. */
const OUTCOMES_PER_CALL = 100;
const ENTRIES_PER_CALL = 2_000;

/** Records outcomes; those of one turn of the event loop leave in one call, if they are not too many for it. */
export function createOutcomeRecorder(runner: ScriptRunner, options: RecordingOptions): RecordOutcome {
  interface Waiting {
    ended: Finish;
    resolve: (recorded: Recorded) => void;
    reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];

  const recordSoon = (ended: Finish) =>
    new Promise<Recorded>((resolve, reject) => {
      if (waiting.length === 0) setImmediate(recordAll);
      waiting.push({ ended, resolve, reject });
    });
  return (ended) => untilRedisTakesIt({ purpose: "record an outcome", ...options }, () => recordSoon(ended));

  function recordAll(): void {
    const all = waiting;
    waiting = [];
    for (let first = 0; first < all.length; ) {
      let next = first;
      for (let entries = 0; next < all.length && next - first < OUTCOMES_PER_CALL; next++) {
        entries += all[next]!.ended.output.entries.length;
        if (entries > ENTRIES_PER_CALL && next > first) break;
      }
      recordTogether(all.slice(first, next));
      first = next;
    }
  }

  async function recordTogether(all: Waiting[]): Promise<void> {
    try {
      const answers = await finish(
        runner,
        all.map(({ ended }) => ended),
      );
      all.forEach(({ resolve, reject }, i) => {
        const answer = answers[i]!;
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }
}
