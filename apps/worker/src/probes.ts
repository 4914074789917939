import { createServer, type ServerResponse } from "node:http";
import { isLoopback } from "@host-runner/contracts";
import type { WorkerMetrics } from "@host-runner/metrics";

interface ProbesOptions {
  workerHost: string;
  workerPort: number | undefined;
}

/** Who else may read the probes and metrics, which ask for no token; null where only this machine can. Pure. */
export function findProbesRisk({ workerHost, workerPort }: ProbesOptions): string | null {
  if (workerPort === undefined || isLoopback(workerHost)) return null;
  return (
    `the probes and metrics are at ${workerHost}, beyond loopback, and ask for no token: ` +
    "set HOST_RUNNER_WORKER_HOST=127.0.0.1, or let only your monitoring reach HOST_RUNNER_WORKER_PORT"
  );
}

interface Probed extends Pick<WorkerMetrics, "expose"> {
  /** Why it takes no tasks; null where it does. */
  problem(): string | null;
}

/** /healthz, /readyz and /metrics of a worker, on its own port; none without a port. */
export async function startProbes(
  { workerHost, workerPort }: ProbesOptions,
  probed: Probed,
): Promise<{ close(): Promise<void> } | undefined> {
  if (workerPort === undefined) return undefined;
  const server = createServer(async ({ method, url }, response) => {
    const path = url?.split("?")[0];
    if (path !== "/metrics" || method !== "GET") return answer(response, probe(method, path, probed));
    try {
      const { contentType, text } = await probed.expose();
      response.writeHead(200, { "Content-Type": contentType }).end(text);
    } catch {
      answer(response, { status: 500, text: "gathering metrics failed" });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: Error) =>
      reject(new Error(`HOST_RUNNER_WORKER_PORT: cannot listen on ${workerPort}: ${error.message}`)),
    );
    server.listen(workerPort, workerHost, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ProbeAnswer {
  status: number;
  text: string;
}

function answer(response: ServerResponse, { status, text }: ProbeAnswer): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ status: text }));
}

function probe(method: string | undefined, path: string | undefined, { problem }: Probed): ProbeAnswer {
  if (method !== "GET" && method !== "HEAD") return { status: 405, text: "method not allowed" };
  if (path === "/healthz" || path === "/health") return { status: 200, text: "ok" };
  if (path === "/readyz") {
    const reason = problem();
    return reason === null
      ? { status: 200, text: "ok" }
      : { status: 503, text: `not taking tasks: ${reason}` };
  }
  return { status: 404, text: "not found" };
}
