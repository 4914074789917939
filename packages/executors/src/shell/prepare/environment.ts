import type { Attempt } from "../../executor.ts";
import { COOKIE_NAME, cookieValue } from "../containment/cookie.ts";

/** What every command gets to see of the worker's environment, besides LC_*. */
const INHERITED = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR"];

/** Where there is no PATH every program looks elsewhere; this is what shells fall back to. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

type Environment = Record<string, string | undefined>;

/** The part of the environment that is the same for every command of a worker. Pure. */
export function inheritedEnvironment(
  environment: Environment,
  envAllow: readonly string[],
): Record<string, string> {
  const allowed = new Set([...INHERITED, ...envAllow]);
  const inherited = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (allowed.has(entry[0]) || entry[0].startsWith("LC_")),
  );
  return { PATH: DEFAULT_PATH, ...Object.fromEntries(inherited) };
}

/** The whole environment of one attempt's command. Pure. */
export function attemptEnvironment(
  inherited: Record<string, string>,
  attempt: Attempt,
  { outerCookie, mark }: { outerCookie: string | undefined; mark: string },
): Record<string, string> {
  return {
    ...inherited,
    // A bash whose SHLVL is below 1 and whose stdin looks like a network connection reads ~/.bashrc.
    SHLVL: "1",
    HOST_RUNNER_TASK_ID: attempt.taskId,
    HOST_RUNNER_RUN_ID: attempt.runId,
    HOST_RUNNER_EXECUTION: String(attempt.execution),
    HOST_RUNNER_ATTEMPT: String(attempt.attempt),
    [COOKIE_NAME]: cookieValue(outerCookie, mark),
  };
}
