import { usePromptFile } from "../launch/describe-spawn-failure.ts";
import { PreparationError } from "./preparation-error.ts";

/** Linux takes no longer argument than this, MAX_ARG_STRLEN less the closing NUL. Elsewhere spawn tells. */
const MAX_ARGUMENT_BYTES = 131_071;

/** Throws a PreparationError where the operating system would refuse an argument. Pure. */
export function checkArguments(args: readonly string[]): void {
  for (const argument of args) {
    if (argument.includes("\0")) throw new PreparationError("an argument contains a NUL character");
    // Three bytes a UTF-16 unit at most: short ones need not be counted.
    const bytes = argument.length * 3 <= MAX_ARGUMENT_BYTES ? 0 : Buffer.byteLength(argument);
    if (bytes > MAX_ARGUMENT_BYTES) {
      throw new PreparationError(
        `the prompt is too long for an argument (${bytes} bytes, at most ${MAX_ARGUMENT_BYTES}): ${usePromptFile}`,
      );
    }
  }
}
