import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
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
   * was started at `startedAtMs` (of the monotonic clock).
   */
  hasIntervened(startedAtMs: number): boolean;
  /** Writes down again who the guard is, as somebody has removed the file. */
  recordAgain(): void;
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
  const heartbeat = createHeartbeat(silentAfterMs, (line) => current.subprocess.stdin.write(line));
  let current = start();
  await current.started;
  return { ...heartbeat, recordAgain, close };

  function start() {
    const subprocess = execa(shell, [script, ...toArguments(target), ...toSilence(silentAfterMs, target)], {
      // It reads until this ends: the other end is closed when this process goes, in whatever way.
      stdin: "pipe",
      stdout: "ignore",
      stderr: "ignore",
      buffer: false,
      env: environment,
      extendEnv: false,
      cwd: "/",
      // A session of its own: Ctrl-C and a killed group end the worker, but not its guard.
      detached: true,
      cleanup: false,
      reject: false,
    });
    // It went away between our look and our write: its end is told by the exit.
    subprocess.stdin.on("error", () => {});
    // Neither it nor the pipe to it keeps the worker running.
    subprocess.unref();
    unref(subprocess.stdin);
    const exited = subprocess.then(() => {
      if (closed) return;
      restart = setTimeout(() => {
        current = start();
        heartbeat.repeat();
      }, RESTART_MS).unref();
    });
    if (subprocess.pid !== undefined && home !== null) moveToCgroup(home, subprocess.pid);
    if (subprocess.pid !== undefined) recordGuard(target.folder, subprocess.pid);
    const started = subprocess.pid === undefined ? subprocess : null;
    return { subprocess, exited, started };
  }

  function recordAgain(): void {
    const { pid } = current.subprocess;
    if (pid !== undefined) recordGuard(target.folder, pid);
  }

  async function close({ sweep }: { sweep: boolean }): Promise<void> {
    closed = true;
    clearTimeout(restart);
    heartbeat.stop();
    // Its end is waited for now.
    current.subprocess.ref();
    // Without a word, this end looks to it like the worker's own.
    current.subprocess.stdin.end(sweep ? "" : "done\n");
    await current.exited;
  }
}

/** For other workers, which leave to this guard what it is about to clear up itself. */
function recordGuard(folder: string, pid: number): void {
  writeFileSync(join(folder, "guard"), `${pid} ${readStat(pid)?.startTime ?? "-"}`, { mode: 0o600 });
}

/** Stops what a dead worker left; resolves when it is gone. */
export async function sweep(target: SweepTarget): Promise<void> {
  const subprocess = execa("/bin/sh", [script, ...toArguments(target)], {
    stdio: "ignore",
    env: environment,
    extendEnv: false,
    cwd: "/",
    detached: true,
    cleanup: false,
    reject: false,
  });
  try {
    if (subprocess.pid !== undefined) recordGuard(target.folder, subprocess.pid);
  } catch {
    // It is through already, and the folder gone.
  }
  await subprocess;
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
