import { workerSettings } from "@host-runner/contracts";
import { runService } from "@host-runner/service";
import { createWorkerStart } from "./start-worker.ts";

/** Beyond draining and the grace period, for ending connections and the last records. */
const STOP_MARGIN_SECONDS = 10;

await runService(process, {
  name: "worker",
  settings: workerSettings,
  stopTimeoutMs: ({ drainSeconds, graceSeconds }) =>
    (drainSeconds + graceSeconds + STOP_MARGIN_SECONDS) * 1000,
  start: createWorkerStart({ pid: process.pid, environment: process.env }),
});
