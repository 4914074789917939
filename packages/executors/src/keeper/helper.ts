import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { type Answer, parseAnswer } from "./protocol.ts";

/** What a helper and its keepers have to know of their worker. keeper/keeper.pl says what each is. */
export interface HelperOptions {
  folder: string;
  state: string;
  /** Null where the worker has no cgroup. */
  cgroup: string | null;
  /** The text in the environment of the worker's commands. */
  mark: string;
  gracePeriodMs: number;
  killTimeoutMs: number;
  /** Null: however long the worker is silent. */
  silentAfterMs: number | null;
}

export interface HelperEvents {
  /** A line from it or from one of its keepers. */
  onAnswer(answer: Answer): void;
  /** One of them wrote something that neither of them writes. */
  onNonsense(line: string): void;
  /** It has ended, or could not be started. Its keepers may live. */
  onExit(): void;
  /** All of its keepers have ended as well. */
  onSilence(): void;
}

/** One helper process. Its keepers outlive it, and go on answering through it. */
export interface Helper {
  /** Absent where the system refused to start it; onExit follows. */
  readonly pid: number | undefined;
  /** The error code, such as EAGAIN, of a start that the system refused. */
  readonly errorCode: string | null;
  /** Writes a line to it. Nothing happens where it is gone. */
  send(line: string): void;
  /** Ends it at once. Its keepers go on. */
  kill(): void;
  /** The end of its input, which looks to it like the worker's own end. */
  end(): void;
}

const script = fileURLToPath(new URL("../../keeper/keeper.pl", import.meta.url));
const PERLS = ["/usr/bin/perl", "/usr/local/bin/perl", "/bin/perl"];

/** Null where this system has no Perl. */
export const findPerl = (): string | null => PERLS.find((path) => existsSync(path)) ?? null;

/** Longer lines come from nobody of ours. */
const MAX_LINE = 4096;

/** Stopping takes a grace period too, and must be over when others take the tasks over: a fifth for that. */
const SILENT_GRACE_SHARE = 0.2;

/** Starts a helper. Nothing of it keeps this process running. Does not throw. */
export function startHelper(perl: string, options: HelperOptions, events: HelperEvents): Helper {
  let child: ChildProcess;
  try {
    child = spawn(perl, [script, ...toArguments(options)], {
      stdio: ["pipe", "pipe", "ignore"],
      // Nothing that PERL5OPT and the like could change, and no text that one of our commands could be told by.
      env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      cwd: "/",
      // A session of its own: Ctrl-C and a killed group end the worker, but not its helper.
      detached: true,
    });
  } catch (error) {
    setImmediate(events.onExit);
    return { pid: undefined, errorCode: codeOf(error), send() {}, kill() {}, end() {} };
  }
  let hasExited = false;
  let errorCode: string | null = null;
  const exit = () => {
    if (!hasExited) events.onExit();
    hasExited = true;
  };
  child.once("exit", exit);
  child.once("error", (error) => {
    errorCode = codeOf(error);
    exit();
  });
  const [orders, answers] = [child.stdin as Socket | null, child.stdout as Socket | null];
  // It went away between our look and our write: that is told by its exit.
  orders?.on("error", () => {});
  answers?.on("error", () => {});
  answers?.on("data", createLineReader());
  answers?.once("close", events.onSilence);
  child.unref();
  orders?.unref();
  answers?.unref();
  return {
    pid: child.pid,
    get errorCode() {
      return errorCode;
    },
    send: (line) => void orders?.write(line),
    kill: () => void child.kill("SIGKILL"),
    end: () => void orders?.end(),
  };

  function createLineReader(): (chunk: Buffer) => void {
    let text = "";
    return (chunk) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        const answer = parseAnswer(line);
        if (answer) events.onAnswer(answer);
        else events.onNonsense(line);
      }
      if (text.length > MAX_LINE) {
        events.onNonsense(text);
        text = "";
      }
    };
  }
}

function toArguments(options: HelperOptions): string[] {
  const { folder, state, cgroup, mark, gracePeriodMs, killTimeoutMs, silentAfterMs } = options;
  const silentMs = silentAfterMs ?? 0;
  const values = {
    folder,
    state,
    cgroup: cgroup ?? "",
    mark,
    grace_ms: Math.round(gracePeriodMs),
    kill_ms: killTimeoutMs,
    silent_ms: Math.round(silentMs),
    silent_grace_ms: Math.round(Math.min(gracePeriodMs, silentMs * SILENT_GRACE_SHARE)),
  };
  return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? "unknown error";
