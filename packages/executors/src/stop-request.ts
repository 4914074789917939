import type { StopReason } from "@host-runner/contracts";

/** The one wish to stop that an attempt can get, as a fact and as an event. */
export interface StopRequest {
  /** The reason, once there is one. */
  readonly reason: StopReason | null;
  /** Resolves when there is one; never rejects. */
  readonly requested: Promise<void>;
  /** Stops listening: a signal may outlive the attempt. */
  dispose(): void;
}

export function watchStopRequest(signal: AbortSignal): StopRequest {
  let onAbort = () => {};
  const requested = new Promise<void>((resolve) => {
    onAbort = resolve;
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return {
    get reason() {
      return signal.aborted ? toStopReason(signal.reason) : null;
    },
    requested,
    dispose: () => signal.removeEventListener("abort", onAbort),
  };
}

const stopReasons: readonly StopReason[] = ["cancel", "timeout", "shutdown", "lease_lost", "output_limit"];

/** An abort() without a reason carries an AbortError: somebody wanted it to stop, so it is a cancel. */
function toStopReason(reason: unknown): StopReason {
  return stopReasons.find((known) => known === reason) ?? "cancel";
}
