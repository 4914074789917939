import { setTimeout as startTimer } from "node:timers";
import { setTimeout } from "node:timers/promises";
import type { ProcessTree } from "../containment/process-tree.ts";

interface StopTreeOptions {
  /** Sent in this order. */
  signals: readonly NodeJS.Signals[];
  /** From one signal to the next, and to SIGKILL. */
  gracePeriodMs: number;
  /** How long SIGKILL may take, before what is left is given up as a survivor. */
  killTimeoutMs: number;
  leader: {
    /** Resolves when the command itself has ended: the one end that is told of and need not be asked for. */
    exited: Promise<unknown>;
    hasExited(): boolean;
  };
}

/** How long SIGKILL may take, as a rule, before what is left is given up and the slot is freed. */
export const KILL_TIMEOUT_MS = 5_000;

/** Between two looks while stopping: soon at first, since most processes end at once. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

/**
 * Stops whatever lives of a tree: each signal to all of it, a grace period apart, then SIGKILL to what is left until
 * nothing is. Returns the pids that are still there after `killTimeoutMs` of that; none, as a rule. Where nothing lives,
 * or the command is all there is and ends by the first signal, it costs one look.
 */
export async function stopTree(tree: ProcessTree, options: StopTreeOptions): Promise<number[]> {
  let members: Awaited<ReturnType<ProcessTree["members"]>> = [];
  for (const signal of options.signals) {
    members = await tellAll(tree, signal, options);
    if (members.length === 0) return [];
  }

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

/** Sends one signal to each process, once: to many programs a second SIGTERM means "at once". Resolves with what is left. */
async function tellAll(tree: ProcessTree, signal: NodeJS.Signals, options: StopTreeOptions) {
  const { leader, gracePeriodMs } = options;
  // Before anything is looked for: that takes longer than most commands take to end.
  const isGroupTold = !leader.hasExited();
  if (isGroupTold) {
    tell(signal, (name) => tree.signalGroup(name));
    await pause(FIRST_PAUSE_MS, leader.exited);
  }
  const members = await tree.members();
  if (members.length === 0) return [];
  const untold = isGroupTold ? members.filter((member) => !tree.isInGroup(member)) : members;
  tell(signal, (name) => tree.signal(untold, name));
  return untilGone(tree, members, { leader, timeoutMs: gracePeriodMs });
}

function tell(signal: NodeJS.Signals, send: (signal: NodeJS.Signals) => void): void {
  send(signal);
  // A stopped process gets it only when it continues.
  send("SIGCONT");
}

interface UntilGoneOptions {
  timeoutMs: number;
  leader: StopTreeOptions["leader"];
}

/** Waits until nothing lives or the time is up; resolves with those that do. */
async function untilGone(
  tree: ProcessTree,
  members: Awaited<ReturnType<ProcessTree["members"]>>,
  { timeoutMs, leader }: UntilGoneOptions,
): Promise<typeof members> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    // All processes are looked through only when none that is known lives, and at the end.
    if (!tree.anyAlive(members)) {
      const left = await tree.members();
      if (left.length === 0) return left;
      members = left;
    }
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return tree.members();
    await pause(Math.min(pauseMs, leftMs), leader.hasExited() ? null : leader.exited);
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
