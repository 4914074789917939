const FIRST_MS = 1_000;

/** A receiver that is back after a long outage is told within this; until then it costs four tries an hour. */
const LONGEST_MS = 15 * 60_000;

/** A receiver that asks for more has mistaken the unit, or would have the callback expire. */
const LONGEST_ASKED_MS = 60 * 60_000;

/**
 * How long to wait after the `tries`-th try: 1 s, doubled each time, 15 minutes at most, of which the later half is left to
 * chance, as callbacks that failed together should not come back together. What the receiver asked for
 * (`retryAfterMs`) is the least, up to an hour and a tenth more by chance. `random` is from 0 to 1.
 */
export function nextTryMs(tries: number, random: number, retryAfterMs: number | null): number {
  const backoffMs = Math.min(FIRST_MS * 2 ** (tries - 1), LONGEST_MS) * (0.5 + random / 2);
  const askedMs = Math.min(retryAfterMs ?? 0, LONGEST_ASKED_MS) * (1 + random / 10);
  return Math.round(Math.max(backoffMs, askedMs));
}
