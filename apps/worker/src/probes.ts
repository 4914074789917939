import { createServer } from "node:http";

interface ProbesOptions {
  workerHost: string;
  workerPort: number | undefined;
}

/** /healthz and /readyz of a worker, on its own port; none without a port. */
export async function startProbes(
  { workerHost, workerPort }: ProbesOptions,
  isReady: () => boolean,
): Promise<{ close(): Promise<void> } | undefined> {
  if (workerPort === undefined) return undefined;
  const server = createServer((request, response) => {
    const answer = answerProbe(request.method, request.url, isReady);
    response.writeHead(answer.status, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ status: answer.text }));
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

function answerProbe(method: string | undefined, url: string | undefined, isReady: () => boolean) {
  const path = url?.split("?")[0];
  if (method !== "GET" && method !== "HEAD") return { status: 405, text: "method not allowed" };
  if (path === "/healthz" || path === "/health") return { status: 200, text: "ok" };
  if (path === "/readyz")
    return isReady() ? { status: 200, text: "ok" } : { status: 503, text: "not taking tasks" };
  return { status: 404, text: "not found" };
}
