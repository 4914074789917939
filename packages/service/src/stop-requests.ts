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
 * echo: npm passes on the Ctrl-C that the terminal has sent to both.
 */
export function listenForStopRequests(
  host: StoppableHost,
  { echoMs = 0 }: { echoMs?: number } = {},
): StopRequests {
  const stages = [new AbortController(), new AbortController(), new AbortController()] as const;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
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
