import { bootMs } from "./boot-clock.ts";

/** How often the clocks are compared. */
const LOOK_MS = 500;

/** A difference below this comes from reading two clocks, one of them in steps of 10 ms. */
const JUMP_MS = 1_000;

export interface Clocks {
  /** Stops while the machine is suspended. */
  monotonicMs: () => number;
  /** Goes on meanwhile. */
  bootMs: () => number;
}

const ownClocks: Clocks = { monotonicMs: () => performance.now(), bootMs };

/** Tells, right after this machine was suspended, for how long it was. */
export function watchSuspension(
  onResume: (suspendedMs: number) => void,
  { monotonicMs, bootMs }: Clocks = ownClocks,
): { stop(): void } {
  const aheadNow = () => bootMs() - monotonicMs();
  let ahead = aheadNow();
  const timer = setInterval(() => {
    const jumpMs = aheadNow() - ahead;
    ahead += jumpMs;
    if (jumpMs > JUMP_MS) onResume(jumpMs);
  }, LOOK_MS);
  return { stop: () => clearInterval(timer) };
}
