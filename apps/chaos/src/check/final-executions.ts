import type { Execution } from "@host-runner/contracts";
import type { Evidence } from "../evidence/evidence.ts";

/** All executions of all tasks, as they were told at the end. */
export function finalExecutions({
  finals,
}: Pick<Evidence, "finals">): { taskId: string; final: Execution }[] {
  return [...finals].flatMap(([taskId, executions]) =>
    (executions ?? []).map((final) => ({ taskId, final })),
  );
}
