import { type ApiToken, EnvironmentError, isLoopback } from "@host-runner/contracts";

interface Exposure {
  host: string;
  insecure: boolean;
  apiTokens: ApiToken[] | undefined;
}

/** An API that others can reach needs a token, or the word of the operator that it does not. */
export function assertSafeToListen({ host, insecure, apiTokens = [] }: Exposure): void {
  if (isLoopback(host) || apiTokens.length > 0 || insecure) return;
  throw new EnvironmentError([
    `HOST_RUNNER_HOST=${host} can be reached from other machines: set HOST_RUNNER_API_TOKENS, or ` +
      "HOST_RUNNER_INSECURE=true if everybody who reaches it may run tasks",
  ]);
}
