import type { Observe, QueueDepth } from "@host-runner/queue";
import { Gauge, Histogram, Registry } from "prom-client";
import { type Exposition, exposition } from "./exposition.ts";
import { createEndMetrics } from "./task-metrics.ts";

/** Most answers take milliseconds; a cancel waits up to 3 s, `Prefer: wait` and streams longer. */
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10, 60, 300];

export interface ApiMetrics {
  observe: Observe;
  /** `route` is the pattern of a path, such as /tasks/:taskId. */
  observeRequest(route: string, code: number, ms: number): void;
  /** Reads the queue's depth where Redis is there; the rest is told either way. */
  expose(): Promise<Exposition>;
}

export function createApiMetrics(readDepth: () => Promise<QueueDepth>): ApiMetrics {
  const registry = new Registry();
  const ends = createEndMetrics(registry);
  const requests = new Histogram({
    name: "hostrunner_http_request_seconds",
    help: "HTTP requests, until their answer was sent or the caller had gone.",
    labelNames: ["route", "code"] as const,
    buckets: HTTP_BUCKETS,
    registers: [registry],
  });
  new Gauge({
    name: "hostrunner_queue_depth",
    help: "Tasks that have not ended, now: waiting, delayed (for their next attempt) and running.",
    labelNames: ["state"] as const,
    registers: [registry],
    async collect() {
      this.reset();
      const depth = await readDepth().catch(() => ({}));
      for (const [state, count] of Object.entries(depth)) this.set({ state }, count);
    },
  });
  // prom-client checks and hashes labels at each call.
  const labelled = new Map<string, ReturnType<typeof requests.labels>>();
  return {
    observe: ends.observe,
    observeRequest(route, code, ms) {
      const name = `${code} ${route}`;
      const known = labelled.get(name) ?? requests.labels({ route, code: String(code) });
      labelled.set(name, known);
      known.observe(ms / 1000);
    },
    expose: exposition(registry),
  };
}
