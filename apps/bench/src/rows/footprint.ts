import { setTimeout as delay } from "node:timers/promises";
import { readUsage } from "../processes/proc.ts";
import type { Program } from "../processes/start-program.ts";
import { defineRow, type Line, ratioAtMost, valueAtMost } from "../row.ts";

const yardstick = "bare BullMQ worker";
const MB = 1_000_000;

const ready = (what: string): Line => ({
  what: `${what}: start to ready`,
  ...{ yardstick, unit: "ms", target: ratioAtMost(1.6) },
});
const idle = (what: string): Line => ({
  what: `${what}: CPU when idle, of a core`,
  ...{ yardstick, unit: "% CPU", target: valueAtMost(0.5) },
});
const resident = (what: string): Line => ({
  what: `${what}: memory (RSS)`,
  ...{ yardstick, unit: "MB", target: ratioAtMost(1.5) },
});

/** What the programs cost before they do anything. The worker's helper processes count as its own. */
export const footprint = defineRow({
  name: "footprint",
  lines: {
    readyApi: ready("API"),
    readyWorker: ready("worker"),
    idleApi: idle("API"),
    idleWorker: idle("worker"),
    residentApi: resident("API"),
    residentWorker: resident("worker"),
  },
  async run(bench) {
    const redis = await bench.redis();
    const settleMs = bench.size(QUICK_SETTLE_MS, SETTLE_MS);
    const idleMs = bench.size(3000, 15_000);
    const startAll = async () => {
      const api = await bench.api(redis, "tasks");
      const worker = await bench.worker(redis, "tasks", {
        ...{ HOST_RUNNER_EXECUTOR: "shell", HOST_RUNNER_CMD_TEMPLATE: "true" },
      });
      const bare = await bench.yardstick("worker", redis, "jobs");
      // All three at the same time: whatever else the machine does, it does to all of them.
      const [apiUse, workerUse, bareUse] = await Promise.all([
        useWhenIdle(api, settleMs, idleMs),
        useWhenIdle(worker, settleMs, idleMs),
        useWhenIdle(bare, settleMs, idleMs),
      ]);
      await Promise.all([api.stop(), worker.stop(), bare.stop()]);
      return { api: apiUse, worker: workerUse, bare: bareUse };
    };
    const rounds = await bench.interleave(bench.size(1, 5), { all: startAll }, { warmUp: false });
    const compare = (program: "api" | "worker", field: keyof Use) =>
      rounds.map(({ all }) => ({ ours: all[program][field], yardstick: all.bare[field] }));
    return {
      readyApi: compare("api", "readyMs"),
      readyWorker: compare("worker", "readyMs"),
      idleApi: compare("api", "idlePercent"),
      idleWorker: compare("worker", "idlePercent"),
      residentApi: compare("api", "residentMb"),
      residentWorker: compare("worker", "residentMb"),
    };
  },
});

interface Use {
  readyMs: number;
  idlePercent: number;
  residentMb: number;
}

/** For what a start leaves to do; some ten seconds after it V8 collects its garbage, once, for 50 to 100 ms. */
const SETTLE_MS = 20_000;
const QUICK_SETTLE_MS = 1000;

async function useWhenIdle({ pid, readyMs }: Program, settleMs: number, idleMs: number): Promise<Use> {
  await delay(settleMs);
  const before = readUsage(pid);
  const start = performance.now();
  await delay(idleMs);
  const after = readUsage(pid);
  const idlePercent = ((after.cpuMs - before.cpuMs) / (performance.now() - start)) * 100;
  return { readyMs, idlePercent, residentMb: after.residentBytes / MB };
}
