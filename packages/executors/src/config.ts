/** What createExecutors needs to know. Nothing below it reads the process's own environment. */
export interface ExecutorsConfig {
  /** Names this worker to people; unique per start of a worker process. */
  workerId: string;
  /** How long a mock execution takes. */
  mockDurationMs: number;
  /** From SIGTERM to SIGKILL. */
  gracePeriodMs: number;
  /** Null: shell is not allowed on this worker. */
  shell: ShellConfig | null;
}

export interface ShellConfig {
  /** The command with its placeholders: {prompt}, {task_id}, {run_id}, {prompt_file}. */
  template: string;
  /** `bash -c`, `bash -lc` and the like: the template is a script for it. `none`: it is split into arguments. */
  shell: string;
  /** Programs whose arguments are data, by name or path: the check of the template believes it. None if absent. */
  trustedPrograms?: string[];
  /** Names that a command inherits beyond the usual ones. */
  envAllow: string[];
  /** Folders that working directories have to be in; null for any. */
  allowedRoots: string[] | null;
  /** The worker's own environment, of which a command sees only what is allowed. */
  environment: Record<string, string | undefined>;
  /**
   * Where prompt files, pipes and the records that a later worker cleans up from live. It is made with mode 0700,
   * and shared by all workers of one user on this host. See findStateDir.
   */
  stateDir: string;
  /**
   * How long this worker may be stopped, or its loop blocked, before its keepers stop its commands: shorter than it
   * takes others to take its tasks over. Absent: they go on as long as it lives.
   */
  silentAfterMs?: number;
  /** The strongest containment to use; absent: the strongest there is. Weaker ones are for tests. */
  containment?: ContainmentLevel;
}

/**
 * How a command's descendants are found, from strong to weak: by a process that starts it and inherits what it leaves, in a
 * cgroup of their own; by that process alone; by a variable in their environment; by their process group.
 */
export type ContainmentLevel = "keeper-with-cgroup" | "keeper" | "marks" | "group";
