import type { Transition } from "@host-runner/queue";
import { Counter, Histogram, type Registry } from "prom-client";

/** Where no worker ever had the task. */
const NO_EXECUTOR = "none";

/** A task waits for milliseconds on an idle fleet, and for hours on a full one. */
const WAIT_BUCKETS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400];
const RUN_BUCKETS = [0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400];
const CANCEL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30];

/** What both the API, which ends waiting tasks, and the workers count of ends. */
export function createEndMetrics(registry: Registry) {
  const registers = [registry];
  const tasks = new Counter({
    name: "hostrunner_tasks_total",
    help: "Executions that have ended, by the process that recorded the end.",
    labelNames: ["status", "executor"] as const,
    registers,
  });
  const cancelLatency = new Histogram({
    name: "hostrunner_cancel_latency_seconds",
    help: "From hearing of the wish to cancel until the end was recorded, all processes gone.",
    buckets: CANCEL_BUCKETS,
    registers,
  });
  return {
    observe(transition: Transition): void {
      if (transition.type !== "ended") return;
      const { status, executor, cancelMs } = transition;
      tasks.inc({ status, executor: executor ?? NO_EXECUTOR });
      if (cancelMs !== null) cancelLatency.observe(cancelMs / 1000);
    },
  };
}

/** What workers alone measure. */
export function createRunMetrics(registry: Registry) {
  const registers = [registry];
  const wait = new Histogram({
    name: "hostrunner_task_wait_seconds",
    help: "From submission to the start of the first attempt.",
    buckets: WAIT_BUCKETS,
    registers,
  });
  const run = new Histogram({
    name: "hostrunner_task_run_seconds",
    help: "How long the last attempt of an execution took.",
    buckets: RUN_BUCKETS,
    registers,
  });
  const lost = new Counter({
    name: "hostrunner_worker_lost_total",
    help: "Attempts whose worker was gone, by the worker that noticed.",
    registers,
  });
  const output = new Counter({
    name: "hostrunner_output_bytes_total",
    help: "Bytes of output that were stored.",
    registers,
  });
  const callbacks = new Counter({
    name: "hostrunner_callbacks_total",
    help: "Callbacks by what came of sending them: delivered, retried (to be tried again) or failed (for good).",
    labelNames: ["result"] as const,
    registers,
  });
  return {
    observe(transition: Transition): void {
      switch (transition.type) {
        case "started":
          wait.observe(transition.waitMs / 1000);
          break;
        case "ended":
          if (transition.runMs !== null) run.observe(transition.runMs / 1000);
          break;
        case "worker-lost":
          lost.inc();
          break;
        case "callback":
          callbacks.inc({ result: transition.result });
          break;
        case "output":
          output.inc(transition.bytes);
          break;
      }
    },
  };
}
