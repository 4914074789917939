import { setTimeout as delay } from "node:timers/promises";
import { waitAtMost } from "@host-runner/service";
import { localUrl } from "./addresses.ts";
import { UpError } from "./errors.ts";
import type { Programs } from "./find-programs.ts";
import { type KeptRedis, keepRedis } from "./keep-redis.ts";
import type { Output } from "./output.ts";
import { freePort } from "./ports.ts";
import type { UpSettings } from "./read-settings.ts";
import { type SupervisedChild, superviseChild } from "./supervise-child.ts";

interface FleetOptions {
  output: Output;
  programs: Programs;
  environment: NodeJS.ProcessEnv;
}

interface ChildrenStart {
  settings: UpSettings;
  port: number;
  url: string;
  workers: number;
}

export interface Fleet {
  /** Rejects when Redis or a child is given up; never resolves. */
  failure: Promise<never>;
  startRedis(dir: string): Promise<KeptRedis>;
  /** Resolves when all are ready. */
  startChildren(start: ChildrenStart): Promise<void>;
  /**
   * Ends everything: workers let their tasks finish, then Redis writes its data out. Resolves to whether it went
   * in order: `hurry` kills what is left.
   */
  end(options: { hurry: AbortSignal }): Promise<boolean>;
}

/** Something is wrong that nothing will repair, such as a Redis that refuses writes. */
const READY_WITHIN_MS = 60_000;
/** A worker gives up by itself after draining, grace period and its own margin of 10 s. */
const STOP_MARGIN_MS = 15_000;
const REMIND_EVERY_MS = 5_000;
/** After that a Redis that was told to end, or is just starting, is left to its guard. */
const REDIS_PATIENCE_MS = 3_000;

/** All that `up` starts, so that one place ends it. */
export function createFleet({ output, programs, environment }: FleetOptions): Fleet {
  const children: SupervisedChild[] = [];
  let redis: Promise<KeptRedis> | undefined;
  let patienceMs = STOP_MARGIN_MS;
  let reportFailure = (_error: unknown) => {};
  const failure = new Promise<never>((_, reject) => {
    reportFailure = reject;
  });
  // It is watched from the moment on that everything is ready.
  failure.catch(() => {});
  return { failure, startRedis, startChildren, end };

  async function startRedis(dir: string): Promise<KeptRedis> {
    redis = keepRedis(dir, output.say);
    const kept = await redis;
    kept.finished.catch(reportFailure);
    return kept;
  }

  async function startChildren({ settings, port, url, workers }: ChildrenStart): Promise<void> {
    const { workerHost, drainSeconds, graceSeconds } = settings;
    patienceMs = (drainSeconds + graceSeconds) * 1000 + STOP_MARGIN_MS;
    const kept = await redis;
    const shared = kept ? { ...environment, REDIS_URL: kept.url } : environment;
    const add = (name: string, program: string, listen: () => Promise<Listening>) => {
      const child = superviseChild({
        name,
        async prepare() {
          const { url, variables } = await listen();
          const lifeline = kept?.current().lifeline;
          return { url, start: { program, lifeline, environment: { ...shared, ...variables } } };
        },
        onLine: (line, stream) => output.childLine(name, line, stream),
        say: output.say,
        lastLines: () => output.lastLines(name),
      });
      child.finished.catch(reportFailure);
      children.push(child);
    };
    add("api", programs.api, async () => ({ url, variables: { HOST_RUNNER_PORT: String(port) } }));
    for (let number = 1; number <= workers; number += 1) {
      add(`worker-${number}`, programs.worker, async () => {
        const workerPort = await freePort(workerHost);
        const variables = { HOST_RUNNER_WORKER_PORT: String(workerPort) };
        return { url: localUrl(workerHost, workerPort), variables };
      });
    }
    const allReady = Promise.all(children.map(({ ready }) => ready));
    const outcome = await Promise.race([waitAtMost(allReady, { ms: READY_WITHIN_MS }), failure]);
    if (outcome === "timeout") throw await notReady();
  }

  async function notReady(): Promise<UpError> {
    const waiting = await pending(children.map(({ name, ready }) => ({ name, done: ready })));
    const words = waiting.flatMap((name) => output.lastLines(name).map((line) => `  ${name}: ${line}`));
    const headline = `Not ready after ${READY_WITHIN_MS / 1000} s: ${waiting.join(", ")}.`;
    return new UpError([headline, ...words].join("\n"));
  }

  async function end({ hurry }: { hurry: AbortSignal }): Promise<boolean> {
    const isPatient = await endChildren(hurry);
    await endRedis();
    return isPatient;
  }

  async function endChildren(hurry: AbortSignal): Promise<boolean> {
    if (children.length === 0) return true;
    const deadline = new AbortController();
    // No AbortSignal.timeout joined by AbortSignal.any: Node 20 collects it as garbage, and it never fires.
    const timer = setTimeout(() => deadline.abort(), patienceMs);
    if (hurry.aborted) deadline.abort();
    hurry.addEventListener("abort", () => deadline.abort(), { once: true });
    for (const child of children) child.stop();
    const all = Promise.allSettled(children.map(({ finished }) => finished));
    const reminding = remind(all);
    const cut = await waitAtMost(all, { ms: 0, from: deadline.signal });
    clearTimeout(timer);
    if (cut !== "timeout") return true;
    output.say(hurry.aborted ? "Stopping at once." : "Some do not stop: killing them.");
    for (const child of children) child.kill();
    await all;
    await reminding;
    return false;
  }

  /** Says what is waited for, at first after a moment: most often there is nothing to wait for. */
  async function remind(all: Promise<unknown>): Promise<void> {
    output.say("Stopping: running tasks may finish first. Ctrl-C again stops at once.");
    for (let pause = 1_000; ; pause = REMIND_EVERY_MS) {
      const ended = await Promise.race([all.then(() => true), delay(pause, false)]);
      if (ended) return;
      const names = await pending(children.map(({ name, finished }) => ({ name, done: finished })));
      if (names.length > 0) output.say(`Waiting for ${names.join(", ")} ...`);
    }
  }

  async function endRedis(): Promise<void> {
    const kept = await (redis && waitAtMost(redis, { ms: REDIS_PATIENCE_MS }).catch(() => undefined));
    if (kept === undefined || kept === "timeout") return;
    await waitAtMost(kept.stop(), { ms: REDIS_PATIENCE_MS });
    output.say("Everything has stopped.");
  }
}

interface Listening {
  url: string;
  variables: Record<string, string>;
}

/** The names of those whose promise has not settled yet. */
async function pending(all: { name: string; done: Promise<unknown> }[]): Promise<string[]> {
  const states = await Promise.all(
    all.map(({ name, done }) => Promise.race([done.then(isDone, isDone), delay(0, name)])),
  );
  return states.filter((state) => state !== undefined);
}

const isDone = () => undefined;
