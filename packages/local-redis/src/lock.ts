import { readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { identifyProcess, isRunning } from "./process-identity.ts";

export interface Lock {
  /** Lets the next one in. Safe to call twice. */
  release(): void;
}

/**
 * Takes a lock among processes, or tells who has it. It is a symbolic link whose target names its holder:
 * made in one step with its content, and worth nothing once the holder is gone, however it went.
 */
export function tryLock(path: string): Lock | { holder: string } {
  const mine = identifyProcess(process.pid);
  for (;;) {
    try {
      symlinkSync(mine, path);
      return { release: () => releaseOwn(path, mine) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (isRunning(holder)) return { holder };
    clearStale(path, holder);
  }
}

/** Waits for the lock; `onWait` is called once, where there is something to wait for. */
export async function waitForLock(path: string, onWait: (holder: string) => void): Promise<Lock> {
  for (let waited = false; ; waited = true) {
    const lock = tryLock(path);
    if ("release" in lock) return lock;
    if (!waited) onWait(lock.holder);
    await delay(200);
  }
}

/** Two may find the same stale lock: moving it away shows which one it was that is thrown away. */
function clearStale(path: string, stale: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  rmSync(aside, { force: true });
  if (moved === undefined || moved === stale) return;
  try {
    symlinkSync(moved, path);
  } catch {
    // A third one has it already.
  }
}

function releaseOwn(path: string, mine: string): void {
  if (readHolder(path) === mine) rmSync(path, { force: true });
}

/** Who made the lock, whether it still runs or not. */
export function readHolder(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
