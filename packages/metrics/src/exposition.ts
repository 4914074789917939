import { collectDefaultMetrics, type Registry } from "prom-client";

/** A scrape's answer. */
export interface Exposition {
  contentType: string;
  text: string;
}

/** How often the delay of the event loop is sampled; prom-client's 10 ms would wake an idle process 100 times a second. */
const LOOP_SAMPLE_MS = 50;

/**
 * Makes the answers of a registry. What Node tells of the process (CPU, memory, event loop) is gathered from the
 * first scrape on: who is never scraped pays nothing for it.
 */
export function exposition(registry: Registry): () => Promise<Exposition> {
  let gathering = false;
  return async () => {
    if (!gathering)
      collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
    gathering = true;
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
}
