/** The load generator: a process of its own, so that what it costs and waits for is not the measuring process's. */
import { percentile } from "../measure/statistics.ts";
import type { LoadOrder, LoadResult } from "./load-order.ts";
import { type Connection, openConnection } from "./open-connection.ts";

process.on("message", async (order: LoadOrder) => {
  process.send?.(await putLoad(order).catch((error: Error) => ({ problem: error.message })));
});
process.on("disconnect", () => process.exit());
console.log("ready");

async function putLoad(order: LoadOrder): Promise<LoadResult> {
  const { url, connections, seconds, paths } = order;
  const requests = paths.map((path) => formatRequest(order, path));
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(new URL(url))));
  const latencies: number[] = [];
  let asked = 0;
  const start = performance.now();
  const deadline = start + seconds * 1000;
  await Promise.all(opened.map(askUntilDeadline));
  const tookMs = performance.now() - start;
  for (const connection of opened) connection.close();
  return {
    perSecond: (latencies.length / tookMs) * 1000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    answers: latencies.length,
  };

  async function askUntilDeadline(connection: Connection): Promise<void> {
    while (performance.now() < deadline) {
      const which = asked++ % paths.length;
      const sentAt = performance.now();
      const status = await connection.ask(requests[which]!);
      latencies.push(performance.now() - sentAt);
      if (status >= 300) throw new Error(`${order.method} ${url}${paths[which]} was answered with ${status}`);
    }
  }
}

function formatRequest({ url, method, body }: LoadOrder, path: string): Buffer {
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${new URL(url).host}`];
  if (body !== undefined)
    head.push("Content-Type: application/json", `Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body ?? ""}`);
}
