import type { Response } from "express";

/**
 * Aborted when the client has gone or the process stops. Once the response is closed, nothing of it stays behind:
 * AbortSignal.any would leave an entry at `stopping` for each request, up to the end of the process.
 */
export function untilGone(response: Response, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  // No event tells of a response that is closed already.
  if (stopping.aborted || response.destroyed) {
    gone.abort();
    return gone.signal;
  }
  const abort = () => {
    stopping.removeEventListener("abort", abort);
    gone.abort();
  };
  stopping.addEventListener("abort", abort);
  response.once("close", abort);
  return gone.signal;
}
