/**
 * What host-runner counts and measures, as Prometheus reads it. Names, labels and buckets stand here alone; no label
 * has a value for each task.
 */
export { type ApiMetrics, createApiMetrics } from "./api-metrics.ts";
export { type Exposition, exposition } from "./exposition.ts";
export { createWorkerMetrics, type WorkerMetrics } from "./worker-metrics.ts";
