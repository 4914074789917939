import type { Placeholder } from "./placeholder.ts";

/** The template or the shell cannot be used safely. The message says what to write instead. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

/** A placeholder where its value would be read as code: the place, the reason, and a template that works. */
export function refuse(placeholder: Placeholder, where: string, example: string): TemplateError {
  return new TemplateError(`HOST_RUNNER_CMD_TEMPLATE has {${placeholder}} ${where}. This works: ${example}`);
}

/** What a template that is safe may still do other than meant, and what to write instead. */
export interface TemplateWarning {
  detail: string;
  mend: string;
}

const LONGEST_QUOTE = 60;

/** A part of a template for a message: shortened where it is long. */
export function quoteWord(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return JSON.stringify(line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}...` : line);
}

/** Hands a prompt to a script as data, and works with every HOST_RUNNER_SHELL. */
export const EXAMPLE = `bash -c 'my-program -- "$1"' name {prompt}`;
