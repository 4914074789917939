import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The wall clock of one member, which can be set while it runs. */
export interface SteppableClock {
  /** What the member loads before its own code. */
  preload: string;
  environment: Record<string, string>;
  /** It is off by so much from now on. */
  set(offsetMs: number): void;
}

const preload = fileURLToPath(new URL("../../fixtures/steppable-clock.cjs", import.meta.url));

export function createSteppableClock(file: string): SteppableClock {
  return {
    preload,
    environment: { CHAOS_CLOCK: file },
    set(offsetMs) {
      // In one step: whoever reads meanwhile gets the one or the other.
      writeFileSync(`${file}.new`, String(offsetMs));
      renameSync(`${file}.new`, file);
    },
  };
}
