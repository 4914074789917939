import type { Lack } from "../fleet/host/lack.ts";
import type { RealRefusalWord, Refusal } from "../proxy/refusal.ts";
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
  "kill-helper",
  "stop-helper",
  "kill-keeper",
  "stop-keeper",
  "kill-helper-and-worker",
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
  "step-clock",
  "refuse",
  "redis-refuses",
  "lose-answers",
  "starve-host",
  "cancel-into-give-back",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** One member, or (neither) everybody. */
export type Target = { worker: number } | { api: number } | { everybody: true };

/** What makes workers give tasks back. */
export type GiveBackCause =
  /** The answers to its last calls for tasks come when it does not want any more. */
  | { kind: "terminate-worker"; worker: number }
  | { kind: "lose-answers"; worker: number; forMs: number }
  | { kind: "starve-host"; worker: number; lack: Lack; forMs: number }
  | { kind: "cut-connections" };

/** Faults that take no time; those of helpers and keepers concern the processes that start a worker's commands. */
export type WorkerFaultKind =
  | "kill-worker"
  | "terminate-worker"
  | "kill-helper"
  | "stop-helper"
  | "kill-keeper"
  | "stop-keeper"
  | "kill-helper-and-worker";

/** What is done to the fleet. */
export type Fault =
  | { kind: WorkerFaultKind; worker: number }
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
  | { kind: "spoil-receiver"; way: SpoiltWay; forMs: number }
  /** The wall clock of one member is off by so much, forwards or backwards; null: until it is started again. */
  | ({ kind: "step-clock"; byMs: number; forMs: number | null } & Exclude<Target, { everybody: true }>)
  /** The proxy refuses what is asked of Redis. */
  | ({ kind: "refuse"; refusal: Refusal; forMs: number } & Target)
  /** Redis itself refuses, and everybody hears it. */
  | { kind: "redis-refuses"; word: RealRefusalWord; forMs: number }
  /** For so long Redis does what is asked and its answers do not arrive; then the member's connections are cut. */
  | { kind: "lose-answers"; worker: number; forMs: number }
  | { kind: "lose-answers"; api: number; forMs: number }
  /** For so long the worker's host cannot start what it should. */
  | { kind: "starve-host"; worker: number; lack: Lack; forMs: number }
  /** Workers give tasks back, and the clients of many tasks that come just then cancel them. */
  | { kind: "cancel-into-give-back"; cause: GiveBackCause };

export interface PlannedFault {
  /** From the beginning of the load. */
  atMs: number;
  fault: Fault;
}

/** For people and logs: "freeze-worker 2 for 3.1 s". Members count from 1 there, as in their names. */
export function describeFault(fault: Fault): string {
  if (fault.kind === "scale-workers") return `${fault.kind} to ${fault.workers}`;
  if (fault.kind === "cancel-into-give-back") return `${fault.kind} by ${describeFault(fault.cause)}`;
  const words = [fault.kind, describeTarget(fault), describeManner(fault), describeDuration(fault)];
  return words.filter(Boolean).join(" ");
}

function describeTarget(fault: Fault): string {
  if (fault.kind === "step-clock" || fault.kind === "refuse" || fault.kind === "lose-answers") {
    return "worker" in fault
      ? `worker ${fault.worker + 1}`
      : "api" in fault
        ? `api ${fault.api + 1}`
        : "everybody";
  }
  if ("worker" in fault) return String(fault.worker + 1);
  return "api" in fault ? String(fault.api + 1) : "";
}

function describeManner(fault: Fault): string {
  if ("way" in fault) return `(${fault.way})`;
  if ("word" in fault) return `(${fault.word})`;
  if ("lack" in fault) return `(${fault.lack})`;
  if ("byMs" in fault) return `by ${(fault.byMs / 1000).toFixed(0)} s`;
  if (!("refusal" in fault)) return "";
  const { word, inScripts, cut } = fault.refusal;
  return `(${word}${inScripts ? ", scripts as Redis 6.2" : ""}${cut ? ", connections cut" : ""})`;
}

function describeDuration(fault: Fault): string {
  if (!("forMs" in fault)) return "";
  return fault.forMs === null ? "for good" : `for ${(fault.forMs / 1000).toFixed(1)} s`;
}
