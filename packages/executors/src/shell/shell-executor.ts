import type { Exit } from "@host-runner/contracts";
import type { ExecutorsConfig, ShellConfig } from "../config.ts";
import type { Attempt, ExecutionContext, ExecutionResult, Executor } from "../executor.ts";
import type { StartReport } from "../executors.ts";
import { watchStopRequest } from "../stop-request.ts";
import { attemptMark } from "./containment/cookie.ts";
import { type OutputPipes, openOutputPipes } from "./output/output-pipes.ts";
import { inheritedEnvironment } from "./prepare/environment.ts";
import { findHostFault } from "./prepare/find-host-fault.ts";
import { findPrograms } from "./prepare/find-program.ts";
import { HostFault } from "./prepare/host-fault.ts";
import { PreparationError } from "./prepare/preparation-error.ts";
import { type PreparedCommand, prepareCommand } from "./prepare/prepare-command.ts";
import { runCommand } from "./run-command.ts";
import { type ShellRuntime, startShellRuntime } from "./shell-runtime.ts";
import { compileTemplate } from "./template/compile-template.ts";
import { TemplateError, type TemplateWarning } from "./template/template-error.ts";

export interface ShellExecutor extends Executor {
  /** Places in the template where a program may take a value for an option. */
  readonly warnings: readonly TemplateWarning[];
  /**
   * Clears up after dead workers and starts what runs commands. Rejects where the template's program is missing.
   */
  start(): Promise<StartReport>;
  /** Whether the template's program is there. */
  isAvailable(): boolean;
  /** See `Executors.checkHost`. */
  checkHost(): Promise<string | null>;
  close(): Promise<void>;
}

/** Runs the template's command on this host. Throws a TemplateError where the template cannot be used safely. */
export function createShellExecutor(config: ExecutorsConfig, shell: ShellConfig): ShellExecutor {
  const template = compileTemplate(shell.template, shell.shell, {
    trustedPrograms: shell.trustedPrograms,
  });
  const inherited = inheritedEnvironment(shell.environment, shell.envAllow);
  let runtime: ShellRuntime | null = null;
  const programs = findPrograms(template.programs, inherited.PATH);
  return {
    name: "shell",
    warnings: template.warnings,
    start,
    isAvailable: programs.areThere,
    checkHost,
    execute,
    close,
  };

  async function start(): Promise<StartReport> {
    if (!programs.areThere())
      throw new TemplateError(`HOST_RUNNER_CMD_TEMPLATE: ${programs.describeMissing()}`);
    runtime = await startShellRuntime(config, shell);
    inherited.HOME = runtime.home;
    const { containment, warnings } = runtime;
    return { containment, warnings };
  }

  async function close(): Promise<void> {
    const closing = runtime;
    runtime = null;
    await closing?.close();
  }

  async function checkHost(): Promise<string | null> {
    if (!programs.areThere()) return programs.describeMissing();
    return runtime ? findHostFault(runtime) : "the shell executor is not started";
  }

  async function execute(attempt: Attempt, { signal, output }: ExecutionContext): Promise<ExecutionResult> {
    if (!runtime) throw new Error("the shell executor is not started");
    const mark = attemptMark(runtime.workerKey, runtime.nextSequence());
    const stop = watchStopRequest(signal);
    let command: PreparedCommand | null = null;
    let pipes: OutputPipes | null = null;
    try {
      command = await prepareCommand(attempt, {
        template,
        shell,
        inherited,
        mark,
        defaultDirectory: runtime.defaultDirectory,
        promptFolder: runtime.folder.prompts,
        restoreFolders: runtime.restoreFolders,
      });
      pipes = await openOutputPipes(runtime.fifos);
      // The last moment: from here to the spawn nothing is waited for.
      if (stop.reason) return neverStarted("stopped before it started", stop.reason);
      if (attempt.mayStart?.() === false) return notStarted(null);
      if (!programs.areThere()) return notStarted(programs.describeMissing());
      return await runCommand(command, { pipes, sink: output, stop, mark, runtime });
    } catch (error) {
      if (error instanceof PreparationError) return neverStarted(error.message, stop.reason);
      if (error instanceof HostFault) return notStarted(error.message);
      throw error;
    } finally {
      stop.dispose();
      pipes?.close();
      await command?.discard();
    }
  }
}

function notStarted(hostFault: string | null): ExecutionResult {
  return { exit: { kind: "not-started", hostFault }, stopped: null, survivors: [] };
}

function neverStarted(message: string, stopped: ExecutionResult["stopped"]): ExecutionResult {
  const exit: Exit = { kind: "spawn-failed", message };
  return { exit, stopped, survivors: [] };
}
