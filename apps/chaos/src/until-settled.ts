import { setTimeout as delay } from "node:timers/promises";
import type { Observation } from "./observe.ts";

interface Settling {
  observation: Observation;
  stop: AbortSignal;
}

/** So long without a single end there will be none: every task of the load ends within less, or is stuck. */
const STUCK_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** Resolves when the load is through, or when it makes no progress any more. */
export async function untilSettled(load: Promise<void>, { observation, stop }: Settling): Promise<void> {
  let done = false;
  const finish = () => {
    done = true;
  };
  load.then(finish, finish);
  let ends = -1;
  let progressAt = Date.now();
  while (!done && !stop.aborted && Date.now() - progressAt < STUCK_MS) {
    if (observation.journal.ends.size > ends) {
      ends = observation.journal.ends.size;
      progressAt = Date.now();
    }
    await delay(LOOK_EVERY_MS);
  }
}
