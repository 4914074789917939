import type { Placeholder } from "./placeholder.ts";

/** The template or the shell cannot be used safely. The message says what to write instead. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

/** A placeholder where its value would be read as code. */
export function refuse(placeholder: Placeholder, where: string, instead: string): TemplateError {
  return new TemplateError(`HOST_RUNNER_CMD_TEMPLATE has {${placeholder}} ${where}: ${instead}`);
}
