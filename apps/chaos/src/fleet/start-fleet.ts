import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { APIS, WORKERS } from "../plan/fault.ts";
import type { TrialFolder } from "../trial-folder.ts";
import { freePort } from "./free-port.ts";
import { type KeptReceiver, keepReceiver } from "./keep-receiver.ts";
import { type KeptRedis, keepRedis } from "./keep-redis.ts";
import type { Life } from "./life.ts";
import { type Member, superviseMember } from "./supervise-member.ts";

export interface FleetOptions {
  folder: TrialFolder;
  leaseSeconds: number;
  /** What the processes and their commands need of the machine to run at all. */
  path: string;
}

export interface Fleet {
  redis: KeptRedis;
  apis: Member[];
  /** As many as there are at the moment: grown and shrunk at its end. */
  readonly workers: readonly Member[];
  /** Of the callbacks. */
  receiver: KeptReceiver;
  /** Where each API answers, in all of its lives. */
  apiUrls: string[];
  /** Every process that there was. */
  lives: Life[];
  /** Adds workers, or asks some to end for good. Resolves when the new ones are started, and the others have ended. */
  scaleWorkers(count: number): Promise<void>;
  /** Lets everything run again, with as many workers as at the start, and waits until it is ready. Resolves to what is not ready at the deadline. */
  bringBack(deadline: AbortSignal): Promise<string[]>;
  /** Ends everything in order; `hurry` kills it. */
  end(options: { hurry: boolean }): Promise<void>;
}

/** Long enough for short tasks to end, too short for long ones. */
export const DRAIN_SECONDS = 3;
export const GRACE_SECONDS = 0.5;
export const SLOTS = 6;
/** Beyond what a stop may take at all. */
const END_PATIENCE_MS = 30_000;

const program = (app: "api" | "worker") =>
  fileURLToPath(new URL(`../../../${app}/dist/main.js`, import.meta.url));
const command = fileURLToPath(new URL("../../fixtures/command.sh", import.meta.url));

/** Starts Redis, the APIs and the workers; they are not ready yet when it resolves. */
export async function startFleet({ folder, leaseSeconds, path }: FleetOptions): Promise<Fleet> {
  const redis = await keepRedis(folder.redis);
  const lives: Life[] = [];
  const onLife = (life: Life) => lives.push(life);
  const receiver = await keepReceiver({ folder, path, onLife });
  const shared = {
    ...{ PATH: path, HOME: folder.home, TMPDIR: folder.temp, REDIS_URL: redis.url },
    HOST_RUNNER_QUEUE: folder.queue,
  };
  const workerSettings = {
    HOST_RUNNER_EXECUTOR: "shell",
    HOST_RUNNER_STATE_DIR: join(folder.temp, "state"),
    HOST_RUNNER_CMD_TEMPLATE: `bash '${command}' '${folder.ledger}' {prompt}`,
    HOST_RUNNER_CONCURRENCY: String(SLOTS),
    HOST_RUNNER_LEASE_SECONDS: String(leaseSeconds),
    HOST_RUNNER_DRAIN_SECONDS: String(DRAIN_SECONDS),
    HOST_RUNNER_GRACE_SECONDS: String(GRACE_SECONDS),
    HOST_RUNNER_MOCK_SECONDS: "0.2",
    HOST_RUNNER_CALLBACK_SECRET: receiver.secret,
  };
  const start = (role: "api" | "worker", number: number, port: number) => {
    const name = `${role}-${number}`;
    const own =
      role === "api"
        ? { HOST_RUNNER_PORT: String(port) }
        : { ...workerSettings, HOST_RUNNER_WORKER_PORT: String(port) };
    return superviseMember({
      ...{ name, role, program: program(role), logFile: folder.log(name) },
      environment: { ...shared, ...own },
      readyUrl: `http://127.0.0.1:${port}/readyz`,
      onLife,
    });
  };
  const ports = await Promise.all(Array.from({ length: APIS + WORKERS }, freePort));
  const apis = ports.slice(0, APIS).map((port, i) => start("api", i + 1, port));
  const workers = ports.slice(APIS).map((port, i) => start("worker", i + 1, port));
  // With those that are told to end for good.
  const everybody = [...apis, ...workers];
  let ended = false;
  const apiUrls = ports.slice(0, APIS).map((port) => `http://127.0.0.1:${port}`);

  return { redis, apis, workers, receiver, apiUrls, lives, scaleWorkers, bringBack, end };

  async function scaleWorkers(count: number): Promise<void> {
    const leaving = workers.splice(count);
    // Not the ports of those that left: they may have them yet.
    const newPorts = await Promise.all(Array.from({ length: count - workers.length }, freePort));
    for (const port of ended ? [] : newPorts) {
      const worker = start("worker", workers.length + 1, port);
      workers.push(worker);
      everybody.push(worker);
    }
    await Promise.all(leaving.map((member) => member.end(END_PATIENCE_MS)));
  }

  async function bringBack(deadline: AbortSignal): Promise<string[]> {
    await redis.bringBack();
    // What has waited for a small fleet is not to wait for the trial's whole rest.
    await scaleWorkers(Math.max(WORKERS, workers.length));
    receiver.mend();
    const members = [...apis, ...workers, receiver.member];
    for (const member of members) member.thaw();
    for (;;) {
      const states = await Promise.all(members.map((member) => member.isReady()));
      const waiting = members.filter((_, i) => !states[i]).map(({ name }) => name);
      if (waiting.length === 0 || deadline.aborted) return waiting;
      await delay(50);
    }
  }

  async function end({ hurry }: { hurry: boolean }): Promise<void> {
    ended = true;
    await Promise.all(everybody.map((member) => member.end(hurry ? 0 : END_PATIENCE_MS)));
    await Promise.all([redis.end(), receiver.member.end(END_PATIENCE_MS)]);
  }
}
