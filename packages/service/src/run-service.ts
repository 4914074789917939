import { readFileSync } from "node:fs";
import {
  type commonSettings,
  EnvironmentError,
  knownNames,
  readEnvironment,
  type Setting,
  type SettingValues,
} from "@host-runner/contracts";
import type { Logger } from "pino";
import { describeError, isSelfExplanatory } from "./describe-error.ts";
import { createLogger } from "./logger.ts";
import { listenForStopRequests } from "./stop-requests.ts";
import { waitAtMost } from "./wait-at-most.ts";

export interface Service {
  /** Ends the service in order. `hurry` aborts when it is asked a second time: then end it now. */
  stop(options: { hurry: AbortSignal }): Promise<void>;
}

export interface ServiceContext {
  log: Logger;
  /** Ends a running service with exit code 1, after its `stop`. */
  fail: (error: unknown) => void;
  /** Aborts when the process is asked to stop, for a start that waits. */
  stopping: AbortSignal;
}

export type ServiceSettings = Record<string, Setting<unknown>> & Pick<typeof commonSettings, "logLevel">;

export interface ServiceDefinition<S extends ServiceSettings> {
  /** Who says it, in the log. */
  name: string;
  settings: S;
  /** How long `stop` may take; after that the process exits anyway, with code 1. */
  stopTimeoutMs: (values: SettingValues<S>) => number;
  start: (values: SettingValues<S>, context: ServiceContext) => Promise<Service>;
}

/** A start that goes on this long after the process was asked to stop is left to the exit. */
const ABANDONED_START_MS = 2_000;

/**
 * Runs a service from start to exit, configured by `host.env` alone. Exit code 0: it stopped in order when it
 * was asked to. 1: the environment, the start, the service or its stop failed, and the log says how.
 */
export async function runService<S extends ServiceSettings>(
  host: NodeJS.Process,
  { name, settings, stopTimeoutMs, start }: ServiceDefinition<S>,
): Promise<void> {
  const requests = listenForStopRequests(host);
  const environment = readOrExplain(host, settings);
  if (environment === undefined) return host.exit(1);
  const { values, warnings } = environment;
  const { log, drain } = await createLogger({ name, level: readLogLevel(values), stdout: host.stdout });
  for (const warning of warnings) log.warn(warning);

  // After an exception that nobody expected, the state of the process is unknown: nothing is stopped in order.
  host.on("uncaughtException", (error) => exit(1, () => log.fatal({ err: error }, "uncaught exception")));
  host.on("unhandledRejection", (error) => exit(1, () => log.fatal({ err: error }, "unhandled rejection")));
  requests.abandon.addEventListener("abort", () => exit(1, () => log.warn("asked a third time: exiting")));

  let failed = false;
  const failure = new AbortController();
  const fail = (error: unknown) => {
    failed = true;
    logFailure(error);
    failure.abort();
  };

  const starting = (async () => await start(values, { log, fail, stopping: requests.stop }))();
  // Being asked to stop is no failure of the start, even where it rejects for it.
  const service = starting.catch((error) => (requests.stop.aborted ? undefined : fail(error)));
  const started = await waitAtMost(service, { ms: ABANDONED_START_MS, from: requests.stop });
  if (started === undefined || started === "timeout") return exit(failed ? 1 : 0);

  await aborted(AbortSignal.any([requests.stop, failure.signal]));
  if (!failed) log.info(`stopping: ${requests.stop.reason}`);
  const ms = stopTimeoutMs(values);
  const stopped = await waitAtMost(started.stop({ hurry: requests.hurry }), { ms }).catch((error) => {
    failed = true;
    log.error({ err: error }, "the stop failed");
  });
  if (stopped === "timeout") {
    return exit(1, () => log.error(`not stopped after ${ms / 1000} s: exiting with what is left`));
  }
  await exit(failed ? 1 : 0, () => log.info("stopped"));

  function logFailure(error: unknown) {
    if (isSelfExplanatory(error)) log.fatal(describeError(error));
    else log.fatal({ err: error }, "failed");
  }

  async function exit(code: number, lastWords?: () => void) {
    lastWords?.();
    await drain();
    host.exit(code);
  }
}

function readOrExplain<S extends ServiceSettings>(host: NodeJS.Process, settings: S) {
  try {
    const readFile = (path: string) => readFileSync(path, "utf8");
    return readEnvironment(host.env, { settings, knownNames, readFile });
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    host.stderr.write(`${error.message}\n`);
    return undefined;
  }
}

/** What a conditional type over a generic cannot show to the compiler: S has commonSettings' logLevel. */
function readLogLevel(values: unknown): string {
  return (values as SettingValues<Pick<typeof commonSettings, "logLevel">>).logLevel;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
