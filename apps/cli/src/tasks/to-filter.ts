import type { TaskFilter, TaskStatus } from "@host-runner/client";

export interface FilterOptions {
  status?: TaskStatus;
  run?: string;
  label?: Record<string, string>;
  since?: number;
}

/** Which tasks a command line asks for. Pure. */
export function toFilter({ status, run, label, since }: FilterOptions, now: number): TaskFilter {
  return {
    status,
    run_id: run,
    labels: label,
    created_after: since === undefined ? undefined : new Date(now - since * 1000),
  };
}
