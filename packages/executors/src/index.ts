/**
 * What runs one attempt of a task: the mock and the shell executor, and what they share with the worker.
 */
export type { ContainmentLevel, ExecutorsConfig, ShellConfig } from "./config.ts";
export type { Attempt, ExecutionContext, ExecutionResult, Executor, OutputSink } from "./executor.ts";
export { createExecutors, type Executors } from "./executors.ts";
export { createOutputRecorder, type OutputRecorder } from "./output/output-recorder.ts";
export { type DryRun, dryRunTemplate } from "./shell/template/dry-run-template.ts";
export { TemplateError, type TemplateWarning } from "./shell/template/template-error.ts";
export { findStateDir, findStateDirProblem } from "./state-dir.ts";
