import { closeSync, constants, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { killCgroup, removeCgroup } from "../containment/cgroup.ts";
import { workerMark } from "../containment/cookie.ts";
import { isAlive, listPids, readPidScope, readStat } from "../containment/proc.ts";
import { sendSignal } from "../containment/process-group.ts";
import { withSpareDescriptor } from "../containment/spare-descriptor.ts";
import { sweep } from "../containment/sweep.ts";
import { KILL_TIMEOUT_MS } from "../stop/stop-tree.ts";
import { findTraces, read, type WorkerTraces } from "./find-leftovers.ts";
import { judgeFolder } from "./judge-folder.ts";

interface ClearOptions {
  stateDir: string;
  /** The grace period for processes of a worker that left no record. */
  gracePeriodMs: number;
}

/** Stops what dead workers of this host and user left running, and removes what they had. Touches nothing else. */
export async function clearLeftovers(
  options: ClearOptions,
  { everywhere } = { everywhere: true },
): Promise<void> {
  const pidScope = readPidScope();
  await Promise.all(
    findTraces(options.stateDir, { everywhere }).map((traces) => clearTraces(traces, pidScope, options)),
  );
}

/** Between two looks: what is left is to be gone before other workers take its tasks over, a lease after its worker's death. */
const SHORTEST_LOOK_MS = 300;
const LONGEST_LOOK_MS = 1_000;
/** Every tenth look goes beyond the state folder: workers whose state folder was thrown away are rare. */
const EVERYWHERE_EACH = 10;

/**
 * Does it again and again, until it is stopped: a worker whose helper and keepers were killed as well may have no
 * successor, or a slow one. Each time it also restores this worker's own folders: a later worker could not find them
 * otherwise.
 */
export function keepClearingLeftovers(
  options: ClearOptions & { silentAfterMs: number | null; restoreFolders: () => void },
): { stop(): void } {
  const { silentAfterMs, restoreFolders } = options;
  const lookMs = Math.max(SHORTEST_LOOK_MS, Math.min((silentAfterMs ?? Infinity) / 6, LONGEST_LOOK_MS));
  let clearing = false;
  let looks = 0;
  const timer = setInterval(async () => {
    if (clearing) return;
    clearing = true;
    try {
      restoreFolders();
      await clearLeftovers(options, { everywhere: ++looks % EVERYWHERE_EACH === 0 });
    } catch {
      // The state folder itself may be taken away, or its disk be full; the next look tells.
    }
    clearing = false;
  }, lookMs).unref();
  return { stop: () => clearInterval(timer) };
}

async function clearTraces(
  traces: WorkerTraces,
  pidScope: string | null,
  options: ClearOptions,
): Promise<void> {
  const { name, record, state, pipes, cgroup } = traces;
  const pid = record?.pid ?? name.process?.pid;
  const stat = pid === undefined ? null : readStat(pid);
  const startTimeNow = stat && isAlive(stat) ? stat.startTime : null;
  switch (judgeFolder({ name, record, pidScope, startTimeNow })) {
    case "leave":
      return;
    case "remove":
      return removeFolders(traces);
    case "sweep": {
      const gracePeriodMs = record?.gracePeriodMs ?? options.gracePeriodMs;
      // Its own keepers may be at it: a second SIGTERM means "at once" to many programs.
      if (pipes !== null) await untilUnwatched(pipes, gracePeriodMs);
      if ([state, pipes, cgroup].every((path) => path === null || !existsSync(path))) return;
      const claim = join(state ?? pipes ?? "", "sweeper");
      if (state !== null || pipes !== null) if (!(await claimSweep(claim))) return;
      const survivors = await sweep({ mark: workerMark(name.key), cgroup, gracePeriodMs });
      // What is left keeps its record, for the next look.
      if (survivors.length > 0) return;
      if (cgroup !== null) await removeUsedCgroup(cgroup);
      removeFolders(traces);
    }
  }
}

function removeFolders({ state, pipes }: WorkerTraces): void {
  for (const path of [pipes, state]) if (path !== null) rmSync(path, { recursive: true, force: true });
}

/** A process that is just going away holds its cgroup for a moment longer than it can be seen there. */
async function removeUsedCgroup(path: string): Promise<void> {
  for (let tries = 0; tries < 20 && existsSync(path); tries++) {
    removeCgroup(path);
    if (!existsSync(path)) return;
    killCgroup(path);
    await delay(20);
  }
}

/** Beyond the grace period and SIGKILL, what helper and keepers may take until they count as stuck. */
const WATCH_SPARE_MS = 5_000;

/** Resolves when the helper and the keepers of a dead worker have ended. */
async function untilUnwatched(pipes: string, gracePeriodMs: number): Promise<void> {
  const deadline = performance.now() + gracePeriodMs + KILL_TIMEOUT_MS + WATCH_SPARE_MS;
  while (isWatched(pipes)) {
    const isOver = performance.now() > deadline;
    for (const pid of keepersOf(pipes)) {
      if (isOver) sendSignal(pid, "SIGKILL");
      // Nobody else would continue it.
      else if (readStat(pid)?.state === "T") sendSignal(pid, "SIGCONT");
    }
    await delay(20);
  }
}

/** Whether the FIFO has a reader, which the helper and each keeper is. */
function isWatched(pipes: string): boolean {
  try {
    const descriptor = withSpareDescriptor(() =>
      openSync(join(pipes, "watch"), constants.O_WRONLY | constants.O_NONBLOCK),
    );
    closeSync(descriptor);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENXIO" || code === "ENOENT") return false;
    throw error;
  }
}

/** They say in their command line whose they are. */
function keepersOf(pipes: string): number[] {
  const pattern = /^host-runner (?:helper|keeper \d+) of /;
  return listPids().filter((pid) => {
    const command = read(`/proc/${pid}/cmdline`);
    return pattern.test(command) && command.replace(pattern, "").replace(/[\0 ]*$/, "") === pipes;
  });
}

/** False where another worker is at it. */
async function claimSweep(path: string): Promise<boolean> {
  const own = `${process.pid} ${readStat(process.pid)?.startTime ?? "-"}`;
  for (;;) {
    try {
      writeFileSync(path, own, { mode: 0o600, flag: "wx" });
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The other one is through.
      if (code === "ENOENT") return false;
      if (code !== "EEXIST") throw error;
    }
    const [pid, startTime] = read(path).split(" ");
    const stat = pid ? readStat(Number(pid)) : null;
    const isOthers =
      stat !== null && isAlive(stat) && stat.startTime === startTime && Number(pid) !== process.pid;
    if (!isOthers) {
      // Of a sweep that ended before its time, or left something: this one goes on with it.
      writeFileSync(path, own, { mode: 0o600 });
      return true;
    }
    await delay(20);
  }
}
