import type { Observe } from "@host-runner/queue";
import { Gauge, Registry } from "prom-client";
import { type Exposition, exposition } from "./exposition.ts";
import { createEndMetrics, createRunMetrics } from "./task-metrics.ts";

export interface WorkerMetrics {
  observe: Observe;
  expose(): Promise<Exposition>;
}

export function createWorkerMetrics(readSlots: () => { busy: number; free: number }): WorkerMetrics {
  const registry = new Registry();
  const ends = createEndMetrics(registry);
  const runs = createRunMetrics(registry);
  new Gauge({
    name: "hostrunner_worker_slots",
    help: "Slots of this worker, now: busy and free.",
    labelNames: ["state"] as const,
    registers: [registry],
    collect() {
      const { busy, free } = readSlots();
      this.set({ state: "busy" }, busy);
      this.set({ state: "free" }, free);
    },
  });
  return {
    observe(transition) {
      ends.observe(transition);
      runs.observe(transition);
    },
    expose: exposition(registry),
  };
}
