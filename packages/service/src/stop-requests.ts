import { isatty } from "node:tty";

/** The process as far as stopping it is concerned. */
export interface StoppableHost {
  on(event: "SIGTERM" | "SIGINT" | "SIGHUP" | "disconnect", listener: () => void): unknown;
  channel?: unknown;
  connected?: boolean;
}

export interface StopRequests {
  /** Aborted when the process is asked to stop; its reason says by what. */
  stop: AbortSignal;
  /** Aborted when it is asked a second time: stop at once. */
  hurry: AbortSignal;
  /** Aborted when it is asked a third time: do not even stop in order. */
  abandon: AbortSignal;
}

/**
 * Listens for whoever wants this process to stop: signals, and the loss of a parent that started it with an
 * IPC channel, which asks once at most, for it cannot be impatient. A signal within `echoMs` of another is its
 * echo: npm passes on the Ctrl-C that the terminal has sent to both. SIGHUP counts for a process on a terminal alone.
 */
export function listenForStopRequests(
  host: StoppableHost,
  { echoMs = 0 }: { echoMs?: number } = {},
): StopRequests {
  const stages = [new AbortController(), new AbortController(), new AbortController()] as const;
  let lastMs = Number.NEGATIVE_INFINITY;
  const ignoresHangUp = ignoreHangUpWithoutTerminal(host);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    if (signal === "SIGHUP" && ignoresHangUp) continue;
    host.on(signal, () => {
      if (performance.now() - lastMs < echoMs) return;
      lastMs = performance.now();
      stages.find((stage) => !stage.signal.aborted)?.abort(signal);
    });
  }
  if (host.channel) {
    const parentIsGone = () => stages[0].abort("the process that started this one is gone");
    host.on("disconnect", parentIsGone);
    if (!host.connected) parentIsGone();
  }
  const [stop, hurry, abandon] = stages;
  return { stop: stop.signal, hurry: hurry.signal, abandon: abandon.signal };
}

/**
 * Makes a process without a terminal ignore SIGHUP, and tells whether it does. nohup leaves a process no terminal, and
 * asks for that. Whether SIGHUP was ignored when this process started cannot be told: Node sets every ignored signal back
 * to its default before it runs a script. To be called at the start: a terminal that has hung up is none any more.
 */
export function ignoreHangUpWithoutTerminal(host: Pick<StoppableHost, "on">): boolean {
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  if (!hasTerminal) host.on("SIGHUP", () => {});
  return !hasTerminal;
}
