import { setTimeout as startTimer } from "node:timers";
import { setTimeout } from "node:timers/promises";
import type { ProcessTree } from "../containment/process-tree.ts";

interface StopTreeOptions {
  gracePeriodMs: number;
  /** How long SIGKILL may take, before what is left is given up as a survivor. */
  killTimeoutMs: number;
  /** Resolves when the command itself has ended: the one end that is told of and need not be asked for. */
  leaderExited: Promise<unknown>;
}

/** Between two looks while stopping: soon at first, since most processes end at once. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

/**
 * Stops whatever lives of a tree: SIGTERM to all of it, SIGKILL to what is left after the grace period, until nothing
 * is. Returns the pids that are still there after `killTimeoutMs` of that; none, as a rule. Where nothing lives it
 * costs one look.
 */
export async function stopTree(tree: ProcessTree, options: StopTreeOptions): Promise<number[]> {
  let members = await tree.members();
  if (members.length === 0) return [];

  tree.signal(members, "SIGTERM");
  // A stopped process gets SIGTERM only when it continues.
  tree.signal(members, "SIGCONT");
  members = await untilGone(tree, members, { ...options, timeoutMs: options.gracePeriodMs });

  const killUntil = performance.now() + options.killTimeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; members.length > 0 && performance.now() < killUntil; ) {
    tree.kill(members);
    await setTimeout(pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    // Those that were forked between the last look and the signal, too.
    members = await tree.members();
  }
  return members.map(({ pid }) => pid);
}

interface UntilGoneOptions {
  timeoutMs: number;
  leaderExited: Promise<unknown>;
}

/** Waits until nothing lives or the time is up; resolves with those that do. */
async function untilGone(
  tree: ProcessTree,
  members: Awaited<ReturnType<ProcessTree["members"]>>,
  { timeoutMs, leaderExited }: UntilGoneOptions,
): Promise<typeof members> {
  const deadline = performance.now() + timeoutMs;
  let wakeUp: Promise<unknown> | null = leaderExited.then(() => {
    wakeUp = null;
  });
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    // All processes are looked through only when none that is known lives, and at the end.
    if (!tree.anyAlive(members)) {
      const left = await tree.members();
      if (left.length === 0) return left;
      members = left;
    }
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return tree.members();
    await pause(Math.min(pauseMs, leftMs), wakeUp);
  }
}

/** Resolves after `ms`, or before that when `wakeUp` does; leaves no timer behind. */
async function pause(ms: number, wakeUp: Promise<unknown> | null): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const slept = new Promise((resolve) => {
    timer = startTimer(resolve, ms);
  });
  await Promise.race(wakeUp ? [slept, wakeUp] : [slept]);
  clearTimeout(timer);
}
