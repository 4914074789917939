/**
 * What crosses a process boundary: the task, the submission, answers, outcomes, errors, settings. No I/O.
 */
export * from "./answers.ts";
export * from "./callback.ts";
export * from "./canonical-json.ts";
export * from "./cli-settings.ts";
export * from "./environment.ts";
export * from "./errors.ts";
export * from "./execution.ts";
export * from "./json-flaws.ts";
export * from "./reach.ts";
export * from "./redact.ts";
export * from "./settings.ts";
export * from "./submission.ts";
export * from "./task.ts";
export * from "./words.ts";
