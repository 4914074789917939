import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute } from "node:path";

/** What keeps commands from using this HOME, in words that follow it; null where nothing does. */
export function findHomeProblem(home: string | undefined): string | null {
  if (!home) return "is not set";
  if (!isAbsolute(home)) return `is no absolute path: ${home}`;
  try {
    if (!statSync(home).isDirectory()) return `is no folder: ${home}`;
    accessSync(home, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? `does not exist: ${home}` : `cannot be used: ${home} (${code})`;
  }
}
