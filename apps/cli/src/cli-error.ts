import { exitCodes } from "./exit-codes.ts";

/** What ends a verb, in words for whoever typed it: what is wrong and what to do. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(
    message: string,
    { exitCode = exitCodes.usage, cause }: { exitCode?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
