import type { Exit } from "@host-runner/contracts";
import type { ExecutorsConfig, ShellConfig } from "../config.ts";
import type { Attempt, ExecutionContext, ExecutionResult, Executor } from "../executor.ts";
import { watchStopRequest } from "../stop-request.ts";
import { attemptMark } from "./containment/cookie.ts";
import { type OutputPipes, openOutputPipes } from "./output/output-pipes.ts";
import { inheritedEnvironment } from "./prepare/environment.ts";
import { PreparationError } from "./prepare/preparation-error.ts";
import { type PreparedCommand, prepareCommand } from "./prepare/prepare-command.ts";
import { runCommand } from "./run-command.ts";
import { type ShellRuntime, startShellRuntime } from "./shell-runtime.ts";
import { compileTemplate } from "./template/compile-template.ts";
import type { TemplateWarning } from "./template/template-error.ts";

export interface ShellExecutor extends Executor {
  /** Places in the template where a program may take a value for an option. */
  readonly warnings: readonly TemplateWarning[];
  /** Clears up after dead workers and starts the guard; resolves with a line on the containment it has. */
  start(): Promise<string>;
  close(): Promise<void>;
}

/** Runs the template's command on this host. Throws a TemplateError where the template cannot be used safely. */
export function createShellExecutor(config: ExecutorsConfig, shell: ShellConfig): ShellExecutor {
  const template = compileTemplate(shell.template, shell.shell, {
    trustedPrograms: shell.trustedPrograms,
  });
  const inherited = inheritedEnvironment(shell.environment, shell.envAllow);
  let runtime: ShellRuntime | null = null;
  return { name: "shell", warnings: template.warnings, start, execute, close };

  async function start(): Promise<string> {
    runtime = await startShellRuntime(config, shell);
    return runtime.containment;
  }

  async function close(): Promise<void> {
    const closing = runtime;
    runtime = null;
    await closing?.close();
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
      });
      pipes = await openOutputPipes(runtime.fifos);
      // The last moment: from here to the spawn nothing is waited for.
      if (stop.reason) return neverStarted("stopped before it started", stop.reason);
      if (attempt.startBefore !== undefined && Date.now() > attempt.startBefore) {
        return neverStarted("too late to be started", "lease_lost");
      }
      return await runCommand(command, { pipes, sink: output, stop, mark, runtime });
    } catch (error) {
      if (error instanceof PreparationError) return neverStarted(error.message, stop.reason);
      throw error;
    } finally {
      stop.dispose();
      pipes?.close();
      await command?.discard();
    }
  }
}

function neverStarted(message: string, stopped: ExecutionResult["stopped"]): ExecutionResult {
  const exit: Exit = { kind: "spawn-failed", message };
  return { exit, stopped, survivors: [] };
}
