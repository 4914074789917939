/** Loaded into a program by `--import`: tells its starter, when asked, for how long its event loop was blocked. */
import { monitorEventLoopDelay } from "node:perf_hooks";

export interface LoopReport {
  /** The longest time since the last report. */
  longestMs: number;
}

const RESOLUTION_MS = 2;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
process.on("message", (message) => {
  if (message !== "report") return;
  // What it measures is the time between two looks.
  const report: LoopReport = { longestMs: Math.max(0, delays.max / 1e6 - RESOLUTION_MS) };
  process.send?.(report);
  delays.reset();
});
