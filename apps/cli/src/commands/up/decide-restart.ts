/** A child that lived this long before it died was well: its death is the first of its kind. */
export const SETTLED_MS = 10_000;

const MAX_QUICK_DEATHS = 5;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

interface Death {
  /** Whether the child has ever been ready since `up` started. */
  wasEverReady: boolean;
  /** How many times in a row, this one counted, it died without having lived for `SETTLED_MS`. */
  quickDeaths: number;
}

export type RestartDecision = { kind: "restart"; afterMs: number } | { kind: "give-up"; why: string };

/** Whether to start a child again that has died, and when. */
export function decideRestart({ wasEverReady, quickDeaths }: Death): RestartDecision {
  // With the same environment it would only fail the same way again.
  if (!wasEverReady) return { kind: "give-up", why: "it does not start" };
  if (quickDeaths >= MAX_QUICK_DEATHS) {
    return { kind: "give-up", why: `it died ${quickDeaths} times in a row` };
  }
  const afterMs = FIRST_PAUSE_MS * 2 ** Math.max(0, quickDeaths - 1);
  return { kind: "restart", afterMs: Math.min(afterMs, LONGEST_PAUSE_MS) };
}
