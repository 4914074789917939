import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { APIS, WORKERS } from "../plan/fault.ts";
import type { TrialFolder } from "../trial-folder.ts";
import { freePort } from "./free-port.ts";
import { createHost, findImpossible, type Host } from "./host/create-host.ts";
import type { Lack } from "./host/lack.ts";
import { type KeptReceiver, keepReceiver } from "./keep-receiver.ts";
import { type KeptRedis, keepRedis, MEMBER_NAME } from "./keep-redis.ts";
import type { Life } from "./life.ts";
import { createRefusals, type Refusals } from "./refusals.ts";
import { startProxy } from "./start-proxy.ts";
import { createSteppableClock } from "./steppable-clock.ts";
import { type Member, superviseMember } from "./supervise-member.ts";

export interface FleetOptions {
  folder: TrialFolder;
  leaseSeconds: number;
  /** What the processes and their commands need of the machine to run at all. */
  path: string;
}

export interface Fleet {
  /** Where workers keep what a successor has to find. */
  stateDir: string;
  redis: KeptRedis;
  /** What nobody may find in a log: of the password with which the members come to Redis the part that looks alike everywhere. */
  redisSecret: string;
  refusals: Refusals;
  /** What this machine cannot make a host lack, and why. */
  impossible: ReadonlyMap<Lack, string>;
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
const GUARDS_MS = 2_000;
/** Beyond what a stop may take at all. */
const END_PATIENCE_MS = 30_000;

/** Where a member is to be found, and where it finds Redis. */
interface Place {
  role: "api" | "worker";
  /** From 1. */
  number: number;
  /** Of its own HTTP. */
  port: number;
  /** Of the proxy. */
  door: number;
}

const nameOf = (role: Place["role"], number: number) => `${role}-${number}`;
const program = (app: "api" | "worker") =>
  fileURLToPath(new URL(`../../../${app}/dist/main.js`, import.meta.url));
const command = fileURLToPath(new URL("../../fixtures/command.sh", import.meta.url));

/** Starts Redis behind its proxy, the APIs and the workers; they are not ready yet when it resolves. */
export async function startFleet({ folder, leaseSeconds, path }: FleetOptions): Promise<Fleet> {
  const redisSecret = randomBytes(16).toString("hex");
  // With characters that a URL has to write otherwise.
  const redisPassword = `p@ss:${redisSecret}/%`;
  const proxy = startProxy();
  const redis = await keepRedis(folder.redis, { password: redisPassword, lead: proxy.lead });
  const refusals = createRefusals(proxy, redis);
  const lives: Life[] = [];
  const onLife = (life: Life) => lives.push(life);
  const receiver = await keepReceiver({ folder, path, onLife });
  const stateDir = join(folder.temp, "state");
  const shared = {
    ...{ PATH: path, HOME: folder.home, TMPDIR: folder.temp },
    HOST_RUNNER_QUEUE: folder.queue,
  };
  const workerSettings = {
    HOST_RUNNER_EXECUTOR: "shell",
    HOST_RUNNER_STATE_DIR: stateDir,
    HOST_RUNNER_CONCURRENCY: String(SLOTS),
    HOST_RUNNER_LEASE_SECONDS: String(leaseSeconds),
    HOST_RUNNER_DRAIN_SECONDS: String(DRAIN_SECONDS),
    HOST_RUNNER_GRACE_SECONDS: String(GRACE_SECONDS),
    HOST_RUNNER_MOCK_SECONDS: "0.2",
    HOST_RUNNER_CALLBACK_SECRET: receiver.secret,
  };
  const hosts = new Map<string, Host>();
  const start = ({ role, number, port, door }: Place) => {
    const name = nameOf(role, number);
    const user = `${MEMBER_NAME}:${encodeURIComponent(redisPassword)}`;
    const host = role === "worker" ? hostOf(name) : undefined;
    const own = host
      ? { ...workerSettings, ...templateFor(number, host), HOST_RUNNER_WORKER_PORT: String(port) }
      : { HOST_RUNNER_PORT: String(port) };
    return superviseMember({
      ...{ name, role, program: program(role), logFile: folder.log(name) },
      environment: { ...shared, ...own, REDIS_URL: `redis://${user}@127.0.0.1:${door}` },
      clock: createSteppableClock(folder.clock(name)),
      ...(host && { host }),
      readyUrl: `http://127.0.0.1:${port}/readyz`,
      onLife,
    });
  };
  const doors = new Map<string, Promise<number>>();
  const findPlaces = (role: Place["role"], from: number, to: number) =>
    Promise.all(
      Array.from({ length: Math.max(0, to - from) }, async (_, i): Promise<Place> => {
        const number = from + i + 1;
        const name = nameOf(role, number);
        // One that comes back after it was scaled down goes through its old door.
        const door = doors.get(name) ?? proxy.addDoor(name);
        doors.set(name, door);
        return { role, number, port: await freePort(), door: await door };
      }),
    );
  const apiPlaces = await findPlaces("api", 0, APIS);
  const apis = apiPlaces.map(start);
  const workers = (await findPlaces("worker", 0, WORKERS)).map(start);
  // With those that are told to end for good.
  const everybody = [...apis, ...workers];
  const impossible = findImpossible(hostOf(nameOf("worker", 1)));
  let ended = false;
  let closing: Promise<void> | undefined;
  const apiUrls = apiPlaces.map(({ port }) => `http://127.0.0.1:${port}`);

  return {
    ...{ stateDir, redis, redisSecret, refusals, impossible, apis, workers, receiver, apiUrls, lives },
    ...{ scaleWorkers, bringBack, end },
  };

  function hostOf(name: string): Host {
    const known = hosts.get(name);
    if (known) return known;
    const unique = `host-runner-chaos-${basename(folder.path)}-${name}`;
    const host = createHost({ name: unique, folder: folder.host(name), temp: folder.temp, path });
    hosts.set(name, host);
    return host;
  }

  /** Every other worker starts its commands itself, the others have a shell start them. */
  function templateFor(number: number, { shell }: Host): Record<string, string> {
    const words = `'${command}' '${folder.ledger}' {prompt_file}`;
    return number % 2 === 0
      ? { HOST_RUNNER_SHELL: "none", HOST_RUNNER_CMD_TEMPLATE: `'${shell}' ${words}` }
      : { HOST_RUNNER_SHELL: `${shell} -c`, HOST_RUNNER_CMD_TEMPLATE: words };
  }

  async function scaleWorkers(count: number): Promise<void> {
    const leaving = workers.splice(count);
    // Not the ports of those that left: they may have them yet.
    const places = await findPlaces("worker", workers.length, count);
    for (const place of ended ? [] : places) {
      const worker = start(place);
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
    // Ended twice where a trial breaks off.
    closing ??= proxy.close();
    await closing;
    // Guards end a moment after their workers.
    for (const deadline = performance.now() + GUARDS_MS; performance.now() < deadline; await delay(20)) {
      if ([...hosts.values()].map((host) => host.remove()).every(Boolean)) break;
    }
  }
}
