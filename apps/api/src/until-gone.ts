import type { Response } from "express";

/**
 * Aborted when the client has gone or the process stops. Once the response is closed, nothing of it stays behind:
 * AbortSignal.any would leave an entry at `stopping` for each request, up to the end of the process.
 */
export function untilGone(response: Response, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort();
  stopping.addEventListener("abort", abort, { once: true });
  response.once("close", () => {
    stopping.removeEventListener("abort", abort);
    abort();
  });
  if (stopping.aborted || response.destroyed) abort();
  return gone.signal;
}
