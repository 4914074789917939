import type { ClientError } from "./client-error.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Statuses with which a proxy says that it does not reach the API. */
const GATEWAY_STATUSES = [429, 502, 503, 504];

interface Try {
  error: ClientError;
  /** How many tries in a row have failed, this one counted. */
  failures: number;
  /** How long ago the first of them failed. */
  awayMs: number;
  patienceMs: number;
  /** Whether doing it twice does no more than doing it once. */
  repeatable: boolean;
  /** 0 to 1, so that many callers do not come back in the same moment. */
  chance: number;
}

/** How long to wait before the next try; null where there is to be none. */
export function decideRetry({ error, failures, awayMs, patienceMs, repeatable, chance }: Try): number | null {
  if (!(repeatable ? passes(error) : hadNoEffect(error))) return null;
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.75 + chance / 2);
  const delayMs = Math.max(pause, (error.retryAfterSeconds ?? 0) * 1000);
  return awayMs + delayMs <= patienceMs ? delayMs : null;
}

/** What is wrong may be over by itself soon. */
function passes({ code, status }: ClientError): boolean {
  if (code === "unexpected_answer") return status !== undefined && GATEWAY_STATUSES.includes(status);
  return code === "unreachable" || code === "queue_unavailable" || code === "queue_full";
}

/** A 503 does not count: Redis may have done what it did not confirm in time. */
function hadNoEffect({ code, neverArrived }: ClientError): boolean {
  return neverArrived || code === "queue_full";
}
