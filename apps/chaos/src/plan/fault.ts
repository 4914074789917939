import type { SpoiltWay } from "../receiver/ways.ts";

/** The fleet at its start. Numbers of its members count from 0. */
export const WORKERS = 3;
/** What it may be scaled to. */
export const MOST_WORKERS = 5;
export const APIS = 2;

/** Killed is SIGKILL, terminated or restarted SIGTERM, frozen SIGSTOP and later SIGCONT. */
export const faultKinds = [
  "kill-worker",
  "terminate-worker",
  "freeze-worker",
  "kill-guard",
  "kill-guard-and-worker",
  "kill-all-workers",
  "kill-api",
  "terminate-api",
  "freeze-api",
  "kill-redis",
  "freeze-redis",
  "cut-connections",
  "flush-scripts",
  "scale-workers",
  "rolling-restart",
  "kill-receiver",
  "freeze-receiver",
  "spoil-receiver",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What is done to the fleet. */
export type Fault =
  | { kind: "kill-worker" | "terminate-worker" | "kill-guard" | "kill-guard-and-worker"; worker: number }
  | { kind: "kill-all-workers" | "cut-connections" | "flush-scripts" }
  | { kind: "freeze-worker"; worker: number; forMs: number }
  | { kind: "kill-api" | "terminate-api"; api: number }
  | { kind: "freeze-api"; api: number; forMs: number }
  /** For so long it is away, or does not answer. */
  | { kind: "kill-redis" | "freeze-redis"; forMs: number }
  /** So many are there from then on. */
  | { kind: "scale-workers"; workers: number }
  /** One member after the other, each when the one before is ready again, for so long. */
  | { kind: "rolling-restart"; forMs: number }
  | { kind: "kill-receiver" }
  | { kind: "freeze-receiver"; forMs: number }
  /** It answers in that way for so long. */
  | { kind: "spoil-receiver"; way: SpoiltWay; forMs: number };

export interface PlannedFault {
  /** From the beginning of the load. */
  atMs: number;
  fault: Fault;
}

/** For people and logs: "freeze-worker 2 for 3.1 s". Members count from 1 there, as in their names. */
export function describeFault(fault: Fault): string {
  if (fault.kind === "scale-workers") return `${fault.kind} to ${fault.workers}`;
  const target =
    "worker" in fault
      ? ` ${fault.worker + 1}`
      : "api" in fault
        ? ` ${fault.api + 1}`
        : "way" in fault
          ? ` (${fault.way})`
          : "";
  const duration = "forMs" in fault ? ` for ${(fault.forMs / 1000).toFixed(1)} s` : "";
  return fault.kind + target + duration;
}
