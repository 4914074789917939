/** A stretch in which this process could not do what it was to do: ms since the epoch. */
export interface Stall {
  from: number;
  to: number;
}

const TICK_MS = 50;

/** Later than that is no jitter: the machine has more to do than it can, and everybody waits. */
const STALL_MS = 250;

/** Notices when this process comes too late, and with it all of the fleet, until it is stopped. */
export function watchPace(onStall: (stall: Stall) => void): { stop(): void } {
  let expected = Date.now() + TICK_MS;
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - expected > STALL_MS) onStall({ from: expected, to: now });
    expected = now + TICK_MS;
  }, TICK_MS);
  return { stop: () => clearInterval(timer) };
}
