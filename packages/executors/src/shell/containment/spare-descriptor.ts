import { closeSync, openSync } from "node:fs";

let spare: number | null = null;

/**
 * Runs `read`, which opens a file and closes it again before it returns. Where the process has no descriptor left it
 * gets one that was kept for this: a worker at its limit must still find what it has to stop.
 */
export function withSpareDescriptor<T>(read: () => T): T {
  spare ??= takeSpare();
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EMFILE" || spare === null) throw error;
  }
  closeSync(spare);
  try {
    return read();
  } finally {
    spare = takeSpare();
  }
}

function takeSpare(): number | null {
  try {
    return openSync("/dev/null", "r");
  } catch {
    return null;
  }
}
