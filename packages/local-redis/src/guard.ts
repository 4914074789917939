import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * $1 the server's process id, $2 its pid file, $3 a folder to remove after it, or nothing. A read ends when
 * nobody holds the other end of the pipe any more. The pid file tells whether the id is still the server's.
 */
const SCRIPT = `
while read -r _; do :; done
[ "$(cat "$2" 2>/dev/null)" = "$1" ] && kill -TERM "$1"
[ -z "$3" ] || rm -rf -- "$3"
`;

export interface Guard {
  /** Whoever holds this end keeps the server: children that are given it too are waited for. */
  lifeline: Writable;
  dismiss(): void;
}

interface Guarded {
  pid: number;
  pidFile: string;
  scratchDir?: string | undefined;
}

/** A small shell that ends the server when its starter is gone, even where that was killed with SIGKILL. */
export function startGuard({ pid, pidFile, scratchDir }: Guarded): Guard {
  const guard: ChildProcess & { stdin: Writable } = spawn(
    "sh",
    ["-c", SCRIPT, "host-runner-redis-guard", String(pid), pidFile, scratchDir ?? ""],
    // In a session of its own, so that a terminal's Ctrl-C does not end it.
    { detached: true, stdio: ["pipe", "ignore", "ignore"] },
  );
  // Without a guard the next start on the folder finds the server and replaces it.
  guard.on("error", () => {});
  guard.stdin.on("error", () => {});
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  return {
    lifeline: guard.stdin,
    dismiss() {
      guard.kill("SIGKILL");
      guard.stdin.destroy();
    },
  };
}
