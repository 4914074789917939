import type { ExecutorName } from "@host-runner/contracts";
import type { ExecutorsConfig } from "./config.ts";
import type { Executor } from "./executor.ts";
import { createMockExecutor } from "./mock/mock-executor.ts";
import { createShellExecutor } from "./shell/shell-executor.ts";
import type { TemplateWarning } from "./shell/template/template-error.ts";

/** What an operator should read in the log. */
export interface StartReport {
  /** What finds a command's descendants here, and what it does not find. */
  containment: string;
  warnings: string[];
}

/** The executors of one worker, and what they share for as long as it lives. */
export interface Executors {
  /** What to tell the operator about the templates: each is safe, but may not do what is meant. */
  readonly warnings: readonly TemplateWarning[];
  /** Null where this worker does not offer it. */
  resolve(name: ExecutorName): Executor | null;
  /** Those that can run an attempt now: one whose program has vanished cannot. */
  available(): ExecutorName[];
  /**
   * Tries whether this host can start commands, by starting one that does nothing, and makes folders again that were
   * removed. Resolves with what is wrong, in one line; null where nothing is. Never rejects.
   */
  checkHost(): Promise<string | null>;
  /**
   * Clears up what dead workers of this host left and starts what runs commands. Await it before the first task. Rejects where
   * the command's program is missing.
   */
  start(): Promise<StartReport>;
  /**
   * Ends and removes what start() made. Call it when no execution is under way: one that is loses its
   * processes, as at the worker's death. Safe to call twice.
   */
  close(): Promise<void>;
}

/** Starts nothing. Throws a TemplateError where the template or the shell cannot be used safely. */
export function createExecutors(config: ExecutorsConfig): Executors {
  const mock = createMockExecutor({ durationMs: config.mockDurationMs });
  const shell = config.shell && createShellExecutor(config, config.shell);
  return {
    warnings: shell?.warnings ?? [],
    available: () => ["mock", ...(shell?.isAvailable() ? (["shell"] as const) : [])],
    checkHost: async () => (shell ? shell.checkHost() : null),
    resolve: (name) => (name === "mock" ? mock : shell),
    start: async () =>
      shell ? shell.start() : { containment: "none needed: no shell on this worker", warnings: [] },
    close: async () => shell?.close(),
  };
}
