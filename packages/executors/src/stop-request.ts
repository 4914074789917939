import type { StopReason, StopSignal } from "@host-runner/contracts";

/** The one wish to stop that an attempt can get, as a fact and as an event. */
export interface StopRequest {
  /** The reason, once there is one. */
  readonly reason: StopReason | null;
  /** Resolves when there is one; never rejects. */
  readonly requested: Promise<void>;
  /** Stops listening: a signal may outlive the attempt. */
  dispose(): void;
}

export function watchStopRequest(signal: StopSignal): StopRequest {
  return new SignaledStop(signal);
}

/** A class, as each object literal with a getter has a hidden class of its own, which only a full collection frees. */
class SignaledStop implements StopRequest {
  readonly requested: Promise<void>;
  private readonly signal: StopSignal;
  private onAbort = () => {};

  constructor(signal: StopSignal) {
    this.signal = signal;
    this.requested = new Promise((resolve) => {
      this.onAbort = resolve;
    });
    if (signal.aborted) this.onAbort();
    else signal.addEventListener("abort", this.onAbort, { once: true });
  }

  get reason(): StopReason | null {
    return this.signal.aborted ? toStopReason(this.signal.reason) : null;
  }

  dispose(): void {
    this.signal.removeEventListener("abort", this.onAbort);
  }
}

const stopReasons: readonly StopReason[] = ["cancel", "timeout", "shutdown", "lease_lost", "output_limit"];

/** An abort() without a reason carries an AbortError: somebody wanted it to stop, so it is a cancel. */
function toStopReason(reason: unknown): StopReason {
  return stopReasons.find((known) => known === reason) ?? "cancel";
}
