import type { Rule, Violation } from "../check/violation.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { TrialOptions } from "../plan/plan-trial.ts";

/** What a trial comes to. */
export interface Verdict {
  /** Whether every promise was. */
  kept: boolean;
  seed: string;
  /** The command line that makes the same plan again. */
  repeat: string;
  counts: Record<string, number>;
  broken: Partial<Record<Rule, number>>;
  violations: Violation[];
}

interface Findings {
  evidence: Evidence;
  violations: Violation[];
  faults: number;
}

export function reachVerdict(options: TrialOptions, { evidence, violations, faults }: Findings): Verdict {
  const executions = [...evidence.finals.values()].flatMap((found) => found ?? []);
  const ended = (status: string) => executions.filter((execution) => execution.status === status).length;
  const events = new Set(evidence.receipts.map(({ body }) => body.event_id));
  const broken: Verdict["broken"] = {};
  for (const { rule } of violations) broken[rule] = (broken[rule] ?? 0) + 1;
  return {
    ...{ kept: violations.length === 0, seed: options.seed, repeat: commandOf(options), broken, violations },
    counts: {
      tasks: evidence.finals.size,
      executions: executions.length,
      success: ended("success"),
      failed: ended("failed"),
      canceled: ended("canceled"),
      "commands started": evidence.ledger.filter(({ what }) => what === "start").length,
      answers: evidence.answers.length,
      callbacks: events.size,
      "callbacks come again": evidence.receipts.length - events.size,
      faults,
      processes: evidence.lives.length,
      "times the machine stalled": evidence.stalls.length,
    },
  };
}

function commandOf({ tasks, minutes, seed, leaseSeconds, without }: TrialOptions): string {
  const rest = without.length === 0 ? "" : ` --without ${without.join(",")}`;
  return `npm run chaos -- --tasks ${tasks} --minutes ${minutes} --seed ${seed} --lease ${leaseSeconds}${rest}`;
}
