import type { Evidence } from "../evidence/evidence.ts";
import { checkAnswers } from "./check-answers.ts";
import { checkCallbacks } from "./check-callbacks.ts";
import { checkFinals } from "./check-finals.ts";
import { checkInstants } from "./check-instants.ts";
import { checkLedger } from "./check-ledger.ts";
import { checkProcesses } from "./check-processes.ts";
import { checkReadiness } from "./check-readiness.ts";
import { checkRedis } from "./check-redis.ts";
import { checkWorkers } from "./check-workers.ts";
import type { Violation } from "./violation.ts";

/** Every promise that the evidence shows broken; none, where all of them held. */
export function check(evidence: Evidence, queue: string): Violation[] {
  return [
    ...checkFinals(evidence),
    ...checkAnswers(evidence),
    ...checkLedger(evidence),
    ...checkInstants(evidence),
    ...checkProcesses(evidence),
    ...checkReadiness(evidence),
    ...checkWorkers(evidence),
    ...checkCallbacks(evidence),
    ...checkRedis(evidence.redis, queue),
    ...evidence.leaks.map(
      ({ log, line }): Violation => ({ rule: "password-logged", detail: `${log}: ${line}` }),
    ),
  ];
}
