import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { moveToCgroup } from "../containment/cgroup.ts";
import { readStat } from "../containment/proc.ts";
import { createHeartbeat } from "./heartbeat.ts";

/** What a sweep has to know of the worker whose commands it ends. */
export interface SweepTarget {
  workerKey: string;
  gracePeriodMs: number;
  /** The worker's folder, and that of its pipes. */
  folder: string;
  fifos: string;
  /** The cgroup that holds its commands and nothing else, if any. */
  cgroup: string | null;
}

/** How long a worker may be silent while commands run before its guard stops them; null: as long as it lives. */
export type SilentAfterMs = number | null;

/** bash, where it is there, can read with a time limit. */
const shell = ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"].find(existsSync) ?? "/bin/sh";

const script = fileURLToPath(new URL("../../../guard/guard.sh", import.meta.url));

/** All that the sweep's programs need, and nothing that a command of ours could be told by. */
const environment = {
  PATH: process.platform === "darwin" ? "/usr/bin:/bin" : "/usr/local/bin:/usr/bin:/bin",
};

/** The process that outlives the worker, to stop its commands if it dies. */
export interface Guard {
  /** From before the first command is spawned to the end of the last, the guard is told again and again that the worker goes on. */
  commandStarts(): void;
  commandEnded(): void;
  /**
   * Whether the worker was silent for so long just now that the guard has stopped its commands, one among them that
   * was started at `startedAt` (ms since the epoch).
   */
  hasIntervened(startedAt: number): boolean;
  /** Sends it away, having swept what is left where that is wanted. Safe to call twice. */
  close(options: { sweep: boolean }): Promise<void>;
}

/** A guard that was killed is replaced after so long: at once would be a busy loop where it cannot start at all. */
const RESTART_MS = 200;

/**
 * Keeps one guard running for as long as the worker does, in the cgroup `home`, if any: in the worker's own it would be
 * among those that it kills. Resolves once it is there.
 */
export async function startGuard(
  target: SweepTarget,
  home: string | null,
  silentAfterMs: SilentAfterMs,
): Promise<Guard> {
  let closed = false;
  let restart: NodeJS.Timeout | undefined;
  const heartbeat = createHeartbeat(silentAfterMs, (line) => current.child?.stdin?.write(line));
  let current = start();
  await current.failedToStart;
  return { ...heartbeat, close };

  function start() {
    // It reads until stdin ends: the other end is closed when this process goes, in whatever way.
    const args = [...toArguments(target), ...toSilence(silentAfterMs, target)];
    const child = runScript(shell, args, { stdin: "pipe" });
    // It went away between our look and our write: its end is told by the exit.
    child?.stdin?.on("error", () => {});
    // Neither it nor the pipe to it keeps the worker running.
    child?.unref();
    if (child?.stdin) unref(child.stdin);
    const exited = untilEnded(child).then(() => {
      if (closed) return;
      restart = setTimeout(() => {
        current = start();
        heartbeat.repeat();
      }, RESTART_MS).unref();
    });
    if (child?.pid !== undefined && home !== null) moveToCgroup(home, child.pid);
    if (child?.pid !== undefined) recordGuard(target.folder, child.pid);
    return { child, exited, failedToStart: child?.pid === undefined ? exited : null };
  }

  async function close({ sweep }: { sweep: boolean }): Promise<void> {
    closed = true;
    clearTimeout(restart);
    heartbeat.stop();
    // Its end is waited for now.
    current.child?.ref();
    // Without a word, this end looks to it like the worker's own.
    current.child?.stdin?.end(sweep ? "" : "done\n");
    await current.exited;
  }
}

/** For other workers, which leave to this guard what it is about to clear up itself. */
function recordGuard(folder: string, pid: number): void {
  writeFileSync(join(folder, "guard"), `${pid} ${readStat(pid)?.startTime ?? "-"}`, { mode: 0o600 });
}

/** Stops what a dead worker left; resolves when it is gone. */
export async function sweep(target: SweepTarget): Promise<void> {
  const child = runScript("/bin/sh", toArguments(target), { stdin: "ignore" });
  const ended = untilEnded(child);
  try {
    if (child?.pid !== undefined) recordGuard(target.folder, child.pid);
  } catch {
    // It is through already, and the folder gone.
  }
  await ended;
}

/** Null, or without a pid, where the system refuses: some refusals are thrown, the others told later. */
function runScript(
  file: string,
  args: string[],
  { stdin }: { stdin: "pipe" | "ignore" },
): ChildProcess | null {
  try {
    return spawn(file, [script, ...args], {
      stdio: [stdin, "ignore", "ignore"],
      env: environment,
      cwd: "/",
      // A session of its own: Ctrl-C and a killed group end the worker, but not its guard.
      detached: true,
    });
  } catch {
    return null;
  }
}

/** Resolves, never rejects, when it has ended or could not be started. */
async function untilEnded(child: ChildProcess | null): Promise<void> {
  if (child === null) return;
  await new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  });
}

function toArguments({ workerKey, gracePeriodMs, folder, fifos, cgroup }: SweepTarget): string[] {
  return [workerKey, String(Math.round(gracePeriodMs)), folder, fifos, cgroup ?? ""];
}

/** Stopping them takes a grace period too, and has to be over when others take the tasks over: a fifth for that. */
const SILENT_GRACE_SHARE = 0.2;

function toSilence(silentAfterMs: SilentAfterMs, { gracePeriodMs }: SweepTarget): string[] {
  if (silentAfterMs === null) return [];
  const graceMs = Math.min(gracePeriodMs, silentAfterMs * SILENT_GRACE_SHARE);
  return [String(silentAfterMs / 1000), String(Math.round(graceMs))];
}

function unref(stream: object): void {
  if ("unref" in stream && typeof stream.unref === "function") stream.unref();
}
