import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type apiSettings, findCallbackRisk, type SettingValues, secretsOf } from "@host-runner/contracts";
import { type ApiMetrics, createApiMetrics } from "@host-runner/metrics";
import { openTaskQueue } from "@host-runner/queue";
import type { Service, ServiceContext } from "@host-runner/service";
import { createApp } from "./app.ts";
import { assertSafeToListen } from "./assert-safe-to-listen.ts";
import { createExpressServer } from "./create-server.ts";

type ApiSettings = SettingValues<typeof apiSettings>;

/** Requests that are still open this long after the stop began lose their connection. */
const FINISH_REQUESTS_MS = 4_000;

interface ApiHost {
  /** The process's own environment, of which HOST_RUNNER_REDACT names secrets. */
  environment: Record<string, string | undefined>;
}

/** Opens the queue, then listens: whoever gets an answer gets a true one. */
export const createApiStart =
  ({ environment }: ApiHost) =>
  async (settings: ApiSettings, { log, stopping }: ServiceContext): Promise<Service> => {
    assertSafeToListen(settings);
    const risk = findCallbackRisk(settings);
    if (risk) log.warn(`${risk.detail}: ${risk.mend}`);
    const metrics: ApiMetrics = createApiMetrics(() => queue.depth());
    const queue = await openTaskQueue({ ...settings, retention: settings, observe: metrics.observe, log });
    const tokens = settings.apiTokens ?? [];
    const { secrets } = secretsOf(settings.redact, environment);
    const { maxPromptBytes } = settings;
    const app = createApp({ queue, tokens, maxPromptBytes, metrics, secrets, stopping, log });
    const server = createExpressServer(app);
    const address = await listen(server, settings);
    log.info(`listening on ${address}`);

    return {
      async stop({ hurry }) {
        await endConnections(server, hurry);
        await queue.close();
      },
    };
  };

function listen(server: Server, { host, port }: ApiSettings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, () => {
      const { address, port: actualPort, family } = server.address() as AddressInfo;
      resolve(`http://${family === "IPv6" ? `[${address}]` : address}:${actualPort}`);
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new Error(`port ${port} on ${host} is taken: stop what listens there, or set HOST_RUNNER_PORT`);
  }
  return new Error(`cannot listen on ${host}:${port}: ${error.message}`, { cause: error });
}

/** Takes no more connections, lets the open requests finish, and cuts what is left when the time is over. */
function endConnections(server: Server, hurry: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cut = () => server.closeAllConnections();
    const timer = setTimeout(cut, FINISH_REQUESTS_MS);
    if (hurry.aborted) cut();
    else hurry.addEventListener("abort", cut, { once: true });
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
