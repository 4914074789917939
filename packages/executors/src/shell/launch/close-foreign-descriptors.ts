import { closeSync, readdirSync, readFileSync } from "node:fs";

const CLOSE_ON_EXEC = 0o2000000;

/**
 * Closes the descriptors that whoever started the worker left open in it and that every command would inherit in turn.
 * All that Node opens it marks close-on-exec, and it marks what it inherits below 16; the rest cannot be marked from
 * here. Only Linux tells.
 */
export function closeForeignDescriptors(): void {
  for (const descriptor of listDescriptors()) {
    if (descriptor > 2 && isInherited(descriptor)) closeSync(descriptor);
  }
}

function listDescriptors(): number[] {
  try {
    return readdirSync("/proc/self/fdinfo").map(Number);
  } catch {
    return [];
  }
}

function isInherited(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    // The one that the folder itself was read through.
    return false;
  }
}
