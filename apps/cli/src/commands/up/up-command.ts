import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { up } from "./up.ts";

const MAX_WORKERS = 100;

/** `host-runner up`: everything on this machine, with one command and for as long as it runs. */
export function upCommand(host: NodeJS.Process): Command {
  return new Command("up")
    .description("Starts Redis (unless REDIS_URL names one), the API and workers; Ctrl-C ends them all.")
    .option("--workers <number>", "worker processes", parseWorkers, 2)
    .action(async ({ workers }: { workers: number }) => {
      host.exitCode = await up(host, {
        workers,
        programs: { api: builtProgram("api"), worker: builtProgram("worker") },
      });
    });
}

function parseWorkers(text: string): number {
  const workers = Number(text);
  if (/^\d+$/.test(text) && workers >= 1 && workers <= MAX_WORKERS) return workers;
  throw new InvalidArgumentError(`It must be a number from 1 to ${MAX_WORKERS}.`);
}

function builtProgram(app: string): string {
  return fileURLToPath(new URL(`../../../../${app}/dist/main.js`, import.meta.url));
}
