import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Host } from "./host/create-host.ts";
import type { Lack } from "./host/lack.ts";
import type { Life } from "./life.ts";
import type { SteppableClock } from "./steppable-clock.ts";

export interface MemberOptions {
  name: string;
  role: Life["role"];
  /** A built program. */
  program: string;
  /** All of its environment. */
  environment: Record<string, string>;
  /** It and its successors write here. */
  logFile: string;
  readyUrl: string;
  /** Absent: its clock is the machine's. */
  clock?: SteppableClock;
  /** Absent: nothing is its own of what can run out. */
  host?: Host;
  /** Told of each start. */
  onLife: (life: Life) => void;
}

/** One place in the fleet: the process in it is started again whenever it has ended, as a supervisor would. */
export interface Member {
  readonly name: string;
  /** The process, while there is one. */
  current(): Life | null;
  kill(): void;
  terminate(): void;
  /** Stops the process for so long; resolves when it goes on, or has ended. */
  freeze(forMs: number): Promise<void>;
  /** Lets it go on where it is frozen. */
  thaw(): void;
  /** Its wall clock is off by so much for so long; null: until its end. Resolves when it is right again. */
  stepClock(byMs: number, forMs: number | null): Promise<void>;
  /** Its host lacks something for so long. Resolves when it is over, with the reason where it could not be. */
  starve(lack: Lack, forMs: number): Promise<string | null>;
  /** The status with which its readiness probe answers; null where it does not in time. */
  probe(): Promise<number | null>;
  isReady(): Promise<boolean>;
  /** Asks it to end, for good. Resolves when it has, at last by SIGKILL after `patienceMs`. */
  end(patienceMs: number): Promise<void>;
}

/** Between the end of one process and the start of the next. */
const RESTART_MS = 300;

export const PROBE_PATIENCE_MS = 3_000;

export function superviseMember(options: MemberOptions): Member {
  const { name, role, onLife, readyUrl, clock, host } = options;
  const stopping = new AbortController();
  let current: { life: Life; child: ChildProcess } | null = null;
  /** What its host lacks at the moment. */
  let lacking: { relieve: () => void; endsWithStop: boolean } | null = null;
  const finished = supervise();
  return {
    ...{ name, current: () => current?.life ?? null, kill, terminate, freeze, thaw, stepClock, starve },
    ...{ probe, isReady, end },
  };

  async function supervise(): Promise<void> {
    while (!stopping.signal.aborted) {
      clock?.set(0);
      const child = spawnProgram(options);
      const life: Life = {
        ...{ name, role, pid: child.pid ?? -1, startedAt: Date.now() },
        ...{ ended: null, terminatedAt: null, killedAt: null, freezes: [], starvations: [] },
        clockSteps: [],
      };
      current = { life, child };
      onLife(life);
      const { code, signal } = await exitOf(child);
      life.ended = { at: Date.now(), code, signal };
      relieve(life);
      closeSpans(life.freezes);
      closeSpans(life.clockSteps);
      current = null;
      await delay(RESTART_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  function kill(): void {
    if (!current) return;
    if (lacking?.endsWithStop) relieve(current.life);
    current.life.killedAt ??= Date.now();
    current.child.kill("SIGKILL");
  }

  function terminate(): void {
    if (!current) return;
    if (lacking?.endsWithStop) relieve(current.life);
    current.life.terminatedAt ??= Date.now();
    current.child.kill("SIGTERM");
  }

  async function freeze(forMs: number): Promise<void> {
    if (!current) return;
    const { life, child } = current;
    child.kill("SIGSTOP");
    life.freezes.push({ from: Date.now(), to: null });
    if (await lives(child, forMs)) thaw();
  }

  function thaw(): void {
    if (!current) return;
    closeSpans(current.life.freezes);
    current.child.kill("SIGCONT");
  }

  async function stepClock(byMs: number, forMs: number | null): Promise<void> {
    if (!current || !clock) return;
    const { life, child } = current;
    closeSpans(life.clockSteps);
    const step = { from: Date.now(), to: null, byMs };
    life.clockSteps.push(step);
    clock.set(byMs);
    if (forMs === null || !(await lives(child, forMs)) || step.to !== null) return;
    clock.set(0);
    closeSpans(life.clockSteps);
  }

  async function starve(lack: Lack, forMs: number): Promise<string | null> {
    if (!current || !host) return "it was not running";
    if (lacking) return "it lacked something already";
    const { life, child } = current;
    const { impossible, endsWithStop, starve: begin } = host.starver(lack);
    if (impossible !== null) return `left out, as ${impossible}`;
    if (endsWithStop && life.terminatedAt !== null) return "it was told to stop";
    const span = { from: Date.now(), to: null, lack };
    const mine = { relieve: begin(life.pid), endsWithStop };
    lacking = mine;
    life.starvations.push(span);
    await lives(child, forMs);
    if (lacking === mine) relieve(life);
    return null;
  }

  function relieve(life: Life): void {
    const was = lacking;
    lacking = null;
    // Of a process that has ended there is nothing left to give it back to.
    if (was) attempt(was.relieve);
    closeSpans(life.starvations);
  }

  /** Waits for so long, or until the process has ended; whether it lives then. */
  async function lives(child: ChildProcess, forMs: number): Promise<boolean> {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await Promise.race([delay(forMs), ended]);
    return current?.child === child;
  }

  async function probe(): Promise<number | null> {
    const signal = AbortSignal.timeout(PROBE_PATIENCE_MS);
    // A connection of its own each time: one that is kept may end while it is used.
    const answer = await fetch(readyUrl, { signal, headers: { connection: "close" } }).catch(() => null);
    await answer?.body?.cancel().catch(() => {});
    return answer?.status ?? null;
  }

  async function isReady(): Promise<boolean> {
    const life = current?.life;
    const status = await probe();
    return life !== undefined && current?.life === life && status === 200;
  }

  async function end(patienceMs: number): Promise<void> {
    stopping.abort();
    thaw();
    terminate();
    const impatient = setTimeout(kill, patienceMs);
    await finished;
    clearTimeout(impatient);
  }
}

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // It was as well as it could be done.
  }
}

function closeSpans(spans: { to: number | null }[]): void {
  for (const span of spans) span.to ??= Date.now();
}

/** With a channel to this process, whose loss tells it that we are gone, and in a session that no Ctrl-C reaches. */
function spawnProgram({ program, environment, logFile, clock, host }: MemberOptions): ChildProcess {
  const log = openSync(logFile, "a");
  const preloads = clock ? ["--require", clock.preload] : [];
  try {
    const command = [process.execPath, ...preloads, "--enable-source-maps", program];
    const [file = "", ...args] = host?.launch(command) ?? command;
    const child = spawn(file, args, {
      env: { ...environment, ...clock?.environment },
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    });
    // Its end alone counts.
    child.on("error", () => {});
    return child;
  } finally {
    closeSync(log);
  }
}

function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    // It could not be started at all, and has no exit.
    if (child.pid === undefined) resolve({ code: null, signal: null });
  });
}
