import { join } from "node:path";
import { EnvironmentError } from "@host-runner/contracts";
import { findFolderUser, LocalRedisError } from "@host-runner/local-redis";
import { listenForStopRequests } from "@host-runner/service";
import { localUrl, withoutPassword } from "./addresses.ts";
import { UpError } from "./errors.ts";
import type { Programs } from "./find-programs.ts";
import { showFirstTask } from "./first-task.ts";
import { createFleet } from "./fleet.ts";
import { nextSteps } from "./next-steps.ts";
import { createOutput } from "./output.ts";
import { claimApiPort } from "./ports.ts";
import { readSettings, type UpSettings } from "./read-settings.ts";

export interface UpOptions {
  workers: number;
  json: boolean;
  programs: Programs;
}

/** Signals this close to each other are one Ctrl-C, which npm passes on beside the terminal. */
const ECHO_MS = 300;

/** Exit code of a command that Ctrl-C ended, as shells count it. */
const INTERRUPTED = 130;

/**
 * Runs everything until it is asked to stop; resolves to the exit code. 0: stopped in order. 130: stopped at
 * once. 1: it could not be started or kept running, and the message on stderr says why.
 */
export async function up(host: NodeJS.Process, { workers, json, programs }: UpOptions): Promise<number> {
  const requests = listenForStopRequests(host, { echoMs: ECHO_MS });
  // Whoever read the output is gone (`up | head`): that is a way to stop it.
  const unread = new AbortController();
  host.stdout.on("error", () => unread.abort());
  const stop = AbortSignal.any([requests.stop, unread.signal]);
  const output = await createOutput({ stdout: host.stdout, json, nameWidth: `worker-${workers}`.length });
  const fleet = createFleet({ output, programs, environment: host.env });
  let exitCode = 0;
  try {
    const settings = readSettings(host.env);
    await untilStopped(stop, async () => {
      await start(settings);
      await fleet.failure;
    });
  } catch (error) {
    exitCode = 1;
    host.stderr.write(`\n${explain(error)}\n`);
  }
  const drained = await fleet.end({ hurry: requests.hurry });
  if (requests.hurry.aborted) return INTERRUPTED;
  return drained ? exitCode : 1;

  async function start(settings: UpSettings) {
    const startedAt = performance.now();
    const dataDir = join(host.cwd(), ".host-runner");
    if (settings.redisUrl === undefined) refuseSecondInFolder(dataDir);
    const port = await claimApiPort(settings.host, settings.port);
    const redis = settings.redisUrl
      ? { description: withoutPassword(settings.redisUrl) }
      : await fleet.startRedis(dataDir);
    if (stop.aborted) return;
    const url = localUrl(settings.host, port);
    await fleet.startChildren({ settings, port, url, workers });
    output.say(
      `The API and ${workers} worker(s) are ready after ${Math.round(performance.now() - startedAt)} ms.`,
    );
    await demonstrate(settings, url);
    const needsToken = settings.apiTokens !== undefined;
    output.say(nextSteps({ url, redis: redis.description, needsToken }));
    output.showLogs();
  }

  async function demonstrate({ apiTokens }: UpSettings, url: string) {
    const token = apiTokens?.find(({ scope }) => scope !== "read")?.token;
    if (apiTokens && token === undefined) {
      return output.say("No first task: HOST_RUNNER_API_TOKENS has no token that may write.");
    }
    await showFirstTask({ url, token, say: output.say, signal: stop }).catch((error: Error) => {
      if (!stop.aborted) output.say(`  The first task was lost sight of: ${error.message}`);
    });
  }
}

function refuseSecondInFolder(dataDir: string): void {
  const pid = findFolderUser(dataDir);
  if (pid === undefined) return;
  throw new UpError(`host-runner already runs in this folder (process ${pid}, data in ${dataDir}).
Stop that one, or start in another folder with another HOST_RUNNER_PORT.`);
}

/** Settles as the work does, or when the signal aborts: what the work does after that is of no interest. */
async function untilStopped(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([work(), stopped]);
}

function explain(error: unknown): string {
  const isForPeople = [UpError, LocalRedisError, EnvironmentError].some((kind) => error instanceof kind);
  return isForPeople ? (error as Error).message : String((error as Error)?.stack ?? error);
}
