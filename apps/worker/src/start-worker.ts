import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { createCallbackSender } from "@host-runner/callbacks";
import { EnvironmentError, type SettingValues, secretsOf, type workerSettings } from "@host-runner/contracts";
import { createExecutors, type Executors, findStateDir } from "@host-runner/executors";
import { createWorkerMetrics, type WorkerMetrics } from "@host-runner/metrics";
import { startTaskConsumer, type TaskConsumer } from "@host-runner/queue";
import type { Service, ServiceContext } from "@host-runner/service";
import { createDeliver } from "./deliver-callbacks.ts";
import { findProbesRisk, startProbes } from "./probes.ts";
import { createTaskHandler } from "./run-task.ts";

type WorkerSettings = SettingValues<typeof workerSettings>;

/** After draining: the last callbacks of this worker's tasks would wait for another worker. */
const CALLBACKS_MS = 5_000;

/** Connections that do not end by themselves are cut after this long. */
const CLOSE_MS = 2_000;

/** A worker that is stopped is missed after its lease; its commands are gone by then. */
const SILENT_SHARE_OF_LEASE = 0.6;

interface WorkerHost {
  pid: number;
  /** The worker's own environment, of which commands inherit an allowlist. */
  environment: Record<string, string | undefined>;
}

/** Takes tasks from the queue and runs each on an executor, until it is told to stop. */
export const createWorkerStart =
  ({ pid, environment }: WorkerHost) =>
  async (settings: WorkerSettings, { log, fail }: ServiceContext): Promise<Service> => {
    const id = randomUUID().slice(0, 13);
    const executors = configureExecutors(settings, id, environment);
    for (const { detail, mend } of executors.warnings) log.warn(`${detail}: ${mend}`);
    const { containment, warnings } = await executors.start();
    for (const warning of warnings) log.warn(warning);
    const { secrets, tooShort } = secretsOf(settings.redact, environment);
    for (const name of tooShort)
      log.warn(`HOST_RUNNER_REDACT: the value of ${name} is too short to be redacted`);
    const probesRisk = findProbesRisk(settings);
    if (probesRisk) log.warn(probesRisk);
    const metrics: WorkerMetrics = createWorkerMetrics(() => {
      const busy = consumer.running();
      return { busy, free: Math.max(0, settings.concurrency - busy) };
    });
    const sender = createCallbackSender({
      secrets: settings.callbackSecrets ?? [],
      denyPrivate: settings.callbackDenyPrivate,
      allow: settings.callbackAllow ?? null,
    });
    const consumer = await startTaskConsumer(
      {
        redisUrl: settings.redisUrl,
        queue: settings.queue,
        holder: { id, pid, host: hostname(), executor: settings.executor },
        executors: executors.available,
        checkHost: executors.checkHost,
        concurrency: settings.concurrency,
        leaseMs: settings.leaseSeconds * 1000,
        outputKeepBytes: settings.outputKeepBytes,
        observe: metrics.observe,
        callbacks: {
          concurrency: settings.callbackConcurrency,
          deliver: createDeliver(sender, settings.callbackRetrySeconds * 1000),
        },
        log,
      },
      createTaskHandler({ settings, executors, secrets, log }),
    );
    // A supervisor starts another one in its place.
    consumer.died.catch(fail);
    const probes = await startProbes(settings, {
      problem: () => consumer.problem(),
      expose: metrics.expose,
    });
    log.info(
      { worker: id, executor: settings.executor, slots: settings.concurrency },
      `taking tasks: ${settings.concurrency} slots, executor ${settings.executor}; ${containment}`,
    );

    return {
      async stop({ hurry }) {
        consumer.pause();
        await drain(consumer, settings, { hurry, log });
        if (!hurry.aborted) await consumer.sendOwnCallbacks(CALLBACKS_MS);
        await Promise.all([consumer.close(CLOSE_MS), executors.close(), probes?.close()]);
        sender.close();
      },
    };
  };

/** Waits for the running tasks, and stops those that are still there when the time is over or it has to hurry. */
async function drain(
  consumer: TaskConsumer,
  { drainSeconds, graceSeconds }: WorkerSettings,
  { hurry, log }: { hurry: AbortSignal } & Pick<ServiceContext, "log">,
): Promise<void> {
  const idle = consumer.idle();
  if (await settlesWithin(idle, drainSeconds * 1000, hurry)) return;
  log.warn(hurry.aborted ? "asked again: stopping what runs" : "draining took too long: stopping what runs");
  consumer.stopAll("shutdown");
  // Where Redis is away the outcomes cannot be recorded: the lease expires, and the task counts as lost.
  const isRecorded = await settlesWithin(idle, graceSeconds * 1000 + CLOSE_MS);
  if (!isRecorded) log.error("some outcomes could not be recorded");
}

/** Whether the promise settles before the time is over, or the signal is aborted. */
function settlesWithin(promise: Promise<void>, ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const giveUp = () => resolve(false);
    // No AbortSignal.timeout joined by AbortSignal.any: Node 20 collects it as garbage, and it never fires.
    const timer = setTimeout(giveUp, ms);
    if (signal?.aborted) giveUp();
    signal?.addEventListener("abort", giveUp, { once: true });
    promise.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

function configureExecutors(
  settings: WorkerSettings,
  workerId: string,
  environment: WorkerHost["environment"],
): Executors {
  if (settings.executor === "shell" && !settings.commandTemplate) {
    throw new EnvironmentError([
      "HOST_RUNNER_CMD_TEMPLATE is not set: HOST_RUNNER_EXECUTOR=shell needs the command to run, for example " +
        "HOST_RUNNER_CMD_TEMPLATE='codex exec -- {prompt}'",
    ]);
  }
  return createExecutors({
    workerId,
    mockDurationMs: settings.mockSeconds * 1000,
    gracePeriodMs: settings.graceSeconds * 1000,
    shell:
      settings.executor === "shell"
        ? {
            template: settings.commandTemplate ?? "",
            shell: settings.shell,
            trustedPrograms: settings.trustedPrograms,
            envAllow: settings.envAllow,
            allowedRoots: settings.allowedRoots ?? null,
            environment,
            silentAfterMs: settings.leaseSeconds * 1000 * SILENT_SHARE_OF_LEASE,
            // A uid needs no name: in containers it often has none.
            stateDir: settings.stateDir ?? findStateDir({ environment, uid: process.getuid?.() ?? 0 }),
          }
        : null,
  });
}
