/** The load generator: a process of its own, so that what it costs and waits for is not the measuring process's. */
import { Client } from "undici";
import { percentile } from "../measure/statistics.ts";
import type { LoadOrder, LoadResult } from "./load-order.ts";

process.on("message", async (order: LoadOrder) => {
  process.send?.(await putLoad(order).catch((error: Error) => ({ problem: error.message })));
});
process.on("disconnect", () => process.exit());
console.log("ready");

async function putLoad(order: LoadOrder): Promise<LoadResult> {
  const { url, connections, seconds, method, paths, body = null } = order;
  const headers = body === null ? {} : { "content-type": "application/json" };
  const clients = Array.from({ length: connections }, () => new Client(url));
  const latencies: number[] = [];
  let asked = 0;
  const start = performance.now();
  const deadline = start + seconds * 1000;
  await Promise.all(clients.map(askUntilDeadline));
  const tookMs = performance.now() - start;
  await Promise.all(clients.map((client) => client.close()));
  return {
    perSecond: (latencies.length / tookMs) * 1000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    answers: latencies.length,
  };

  async function askUntilDeadline(client: Client): Promise<void> {
    while (performance.now() < deadline) {
      const path = paths[asked++ % paths.length]!;
      const sentAt = performance.now();
      const status = await ask(client, path);
      latencies.push(performance.now() - sentAt);
      if (status >= 300) throw new Error(`${method} ${url}${path} was answered with ${status}`);
    }
  }

  /** As bare as undici has it: what the generator costs, it takes from the server that is measured. */
  function ask(client: Client, path: string): Promise<number> {
    return new Promise((resolve, reject) => {
      let status = 0;
      client.dispatch(
        { method, path, headers, body },
        {
          onRequestStart() {},
          onResponseStart(_controller, statusCode) {
            status = statusCode;
          },
          onResponseData() {},
          onResponseEnd: () => resolve(status),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
  }
}
