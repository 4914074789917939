import { isIP } from "node:net";

/** Whether only programs of this machine reach a server that listens at this address, a URL's host name included. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  if (isIP(bare) === 4) return bare.startsWith("127.");
  if (isIP(bare) === 6) return new URL(`http://[${bare}]`).hostname === "[::1]";
  return bare === "localhost";
}

interface CallbackReach {
  /** Where the API listens, or is reached. */
  host: string;
  apiTokens?: readonly unknown[] | undefined;
  callbackDenyPrivate: boolean;
  callbackAllow?: readonly unknown[] | undefined;
}

/**
 * Why callers of an API may reach by callbacks what only the workers should reach, and what to do about it; null where
 * there is no such risk. Judges by the environment of one process: the workers, which send the callbacks, have their own.
 */
export function findCallbackRisk(reach: CallbackReach): { detail: string; mend: string } | null {
  const { host, apiTokens = [], callbackDenyPrivate, callbackAllow } = reach;
  if (callbackDenyPrivate || callbackAllow !== undefined) return null;
  const reason =
    apiTokens.length > 1
      ? `${apiTokens.length} callers share the API`
      : isLoopback(host)
        ? null
        : `the API is at ${host}, beyond loopback`;
  if (reason === null) return null;
  return {
    detail:
      `${reason}, and HOST_RUNNER_CALLBACK_DENY_PRIVATE is not true here: unless it is at the workers, ` +
      "callers can have callbacks sent to loopback and private addresses",
    mend:
      "set HOST_RUNNER_CALLBACK_DENY_PRIVATE=true, or HOST_RUNNER_CALLBACK_ALLOW, for the workers, " +
      "and here as well",
  };
}
