import type { EndedStatus, ExecutorName } from "@host-runner/contracts";

/** What became of a task by the doing of this process; told once, when Redis has recorded it. */
export type Transition =
  /** Its first attempt was taken. */
  | { type: "started"; executor: ExecutorName; waitMs: number }
  /**
   * It has ended. `executor` is null where none ever had it, `runMs` (of the last attempt) where it did not end here,
   * `cancelMs` where it was not canceled: from hearing of the wish until the end was recorded.
   */
  | {
      type: "ended";
      status: EndedStatus;
      executor: ExecutorName | null;
      runMs: number | null;
      cancelMs: number | null;
    }
  /** A worker that is gone had it. */
  | { type: "worker-lost" }
  /** A callback was sent, or could not be: for now, or for good. */
  | { type: "callback"; result: "delivered" | "retried" | "failed" }
  /** Some of its output is in Redis now. */
  | { type: "output"; bytes: number };

export type Observe = (transition: Transition) => void;
