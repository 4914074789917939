import type { CallbackEntry, Execution } from "@host-runner/contracts";
import type { Life } from "../fleet/life.ts";
import type { Outage } from "../fleet/outage.ts";
import type { RefusalSpan } from "../fleet/refusals.ts";
import type { PlannedTask } from "../plan/planned-task.ts";
import type { Receipt } from "../receiver/receipt.ts";
import type { Answer } from "./answer.ts";
import type { LedgerLine } from "./ledger.ts";
import type { CommandProcess } from "./processes.ts";
import type { RedisSnapshot } from "./redis-snapshot.ts";
import type { Stall } from "./watch-pace.ts";
import type { Probe } from "./watch-readiness.ts";

/** Processes that were seen at a moment when there should have been none of them. */
export type Sighting = {
  /** The first and the last look that found one, in ms since the epoch. */
  at: number;
  lastAt: number;
  taskId: string;
  execution: number;
  processes: CommandProcess[];
} & (
  | { kind: "after-end" /** When an answer first said that the execution has ended. */; endedAt: number }
  /** Of two attempts of one execution at once. */
  | { kind: "overlap" }
);

/** Everything that was seen in a trial: all that the checks get to know. */
export interface Evidence {
  leaseMs: number;
  tasks: PlannedTask[];
  /** In the order in which they came. */
  answers: Answer[];
  ledger: LedgerLine[];
  sightings: Sighting[];
  lives: Life[];
  /** Of Redis. */
  outages: readonly Outage[];
  refusals: readonly RefusalSpan[];
  /** In the order of their answers. */
  probes: readonly Probe[];
  /** When this very process came too late. */
  stalls: readonly Stall[];
  /** What did not become ready when everything was brought back. */
  notReady: string[];
  /** All executions of each task at the end, when the clients had their last answers. Null: no answer. */
  finals: Map<string, Execution[] | null>;
  /** The callbacks that came, in the order of the receiver's journal. */
  receipts: readonly Receipt[];
  /** Those that are owed or given up then. */
  owed: CallbackEntry[];
  /** What is in Redis then. */
  redis: RedisSnapshot;
  /** What the processes logged with Redis' password in it. */
  leaks: readonly { log: string; line: string }[];
  /** Commands that run then. */
  left: CommandProcess[];
}
