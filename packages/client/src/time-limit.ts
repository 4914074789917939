import { ClientError } from "./client-error.ts";

/** A signal that aborts with a caller's own, or when nothing was heard for too long. */
export interface TimeLimit {
  signal: AbortSignal;
  /** Something was heard: the time begins anew. */
  restart(): void;
  /** To be called when it is over. */
  dispose(): void;
}

// By hand: of AbortSignal.any with AbortSignal.timeout, Node 20 collects the timeout as garbage, and it never fires.
export function createTimeLimit(ms: number, outer: AbortSignal | undefined, message: string): TimeLimit {
  const controller = new AbortController();
  const abort = () => controller.abort(outer?.reason);
  const expire = () => controller.abort(new ClientError("unreachable", message));
  let timer = setTimeout(expire, ms);
  if (outer?.aborted) abort();
  outer?.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    restart() {
      clearTimeout(timer);
      timer = setTimeout(expire, ms);
    },
    dispose() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", abort);
    },
  };
}
