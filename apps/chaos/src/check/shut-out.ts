import { executionKey } from "../evidence/answer.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Life } from "../fleet/life.ts";
import { isShuttingOut } from "../fleet/refusals.ts";
import { finalExecutions } from "./final-executions.ts";
import { lengthOf, overlapOf, type Span } from "./span.ts";

/** A lease was renewed up to a fifth of it before. */
const LEFT_OF_LEASE = 0.8;

/** One attempt of one execution. */
export interface AttemptName {
  taskId: string;
  execution: number;
  attempt: number;
}

/**
 * Whether an attempt was lost to a worker that Redis refused alone, for as long as a lease lasts. Others may then take the
 * task, as in an outage of that worker alone; it cannot know, and its command runs on until Redis answers it again.
 */
export function findShutOut({
  finals,
  lives,
  refusals,
  leaseMs,
}: Pick<Evidence, "finals" | "lives" | "refusals" | "leaseMs">): (attempt: AttemptName) => boolean {
  const shutOut = new Set(
    finalExecutions({ finals }).flatMap(({ taskId, final }) =>
      final.attempts
        .filter(({ reason, worker, started_at, finished_at }) => {
          if (reason !== "worker_lost" || started_at === null || finished_at === null) return false;
          const life = lives.find(({ pid, role }) => role === "worker" && pid === worker.pid);
          const during = { from: Date.parse(started_at), to: Date.parse(finished_at) };
          return life !== undefined && wasShutOut(life, during);
        })
        .map(({ attempt }) => nameOf({ taskId, execution: final.execution, attempt })),
    ),
  );
  return (attempt) => shutOut.has(nameOf(attempt));

  function wasShutOut({ name }: Life, during: Span): boolean {
    return refusals.filter(isShuttingOut).some(({ member, from, to }) => {
      if (member !== name) return false;
      const together = overlapOf(during, { from, to: to ?? Infinity });
      return together !== null && lengthOf(together) >= leaseMs * LEFT_OF_LEASE;
    });
  }
}

const nameOf = ({ taskId, execution, attempt }: AttemptName) =>
  `${executionKey(taskId, execution)}.${attempt}`;
