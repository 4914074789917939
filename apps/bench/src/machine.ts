import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";

/** Where, when and with what was measured. */
export interface Machine {
  date: string;
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  /** Over one, five and fifteen minutes, before the first row: what else the machine did. */
  load: number[];
  versions: Record<string, string>;
  redis: string;
  quick: boolean;
}

const PACKAGES = ["bullmq", "ioredis", "express", "zod"];

export function describeMachine({ redisVersion, quick }: { redisVersion: string; quick: boolean }): Machine {
  const cores = cpus();
  return {
    date: new Date().toISOString(),
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    load: loadavg().map((value) => Math.round(value * 100) / 100),
    versions: { node: process.versions.node, redis: redisVersion, ...versionsOf(PACKAGES) },
    redis: "appendonly yes, appendfsync everysec, unix socket where it can",
    quick,
  };
}

/** As this program declares them: exact versions, the same as host-runner's own. */
function versionsOf(names: string[]): Record<string, string> {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return Object.fromEntries(names.map((name) => [name, manifest.dependencies[name]]));
}
