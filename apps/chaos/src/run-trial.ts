import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { check } from "./check/check.ts";
import type { Violation } from "./check/violation.ts";
import { collectEvidence } from "./collect-evidence.ts";
import type { Evidence } from "./evidence/evidence.ts";
import { startFleet } from "./fleet/start-fleet.ts";
import { injectFaults } from "./inject-faults.ts";
import { createApiClient } from "./load/api-client.ts";
import { type LoadProgress, playLoad } from "./load/play-load.ts";
import { type Observation, observe } from "./observe.ts";
import { planTrial, type TrialOptions } from "./plan/plan-trial.ts";
import type { Output } from "./report/output.ts";
import { openStory, type Story } from "./story.ts";
import { sweepProcesses } from "./sweep-processes.ts";
import type { TrialFolder } from "./trial-folder.ts";
import { untilSettled } from "./until-settled.ts";

interface TrialContext {
  folder: TrialFolder;
  /** The PATH on which programs are looked for. */
  path: string;
  output: Output;
  stop: AbortSignal;
  /** Takes what ends everything at once, for an exit that comes before the trial's own end. */
  onSweep: (sweep: () => void) => void;
}

export interface TrialResult {
  evidence: Evidence;
  violations: Violation[];
  story: Story;
}

const START_PATIENCE_MS = 60_000;
const RETURN_PATIENCE_MS = 60_000;
const PROGRESS_EVERY_MS = 3_000;

/**
 * One trial: starts the fleet, puts load and faults on it, lets it come to rest, and checks what was seen. Leaves no
 * process. Null where it was stopped before its end.
 */
export async function runTrial(options: TrialOptions, context: TrialContext): Promise<TrialResult | null> {
  const { folder, path, output, stop, onSweep } = context;
  const { random, tasks, faults } = planTrial(options);
  const { seed, minutes, leaseSeconds } = options;
  const plan = `Seed ${seed}: ${tasks.length} tasks and ${faults.length} faults in ${minutes} min, lease ${leaseSeconds} s`;
  output.tell(
    "plan",
    { ...options, faults: faults.length, folder: folder.path },
    `${plan}, in ${folder.path}`,
  );

  const story = openStory(folder, output);
  const fleet = await startFleet({ folder, leaseSeconds, path });
  for (const [lack, why] of fleet.impossible) story.remark(`starve-host (${lack}) is left out: ${why}`);
  onSweep(() => sweepProcesses(fleet.lives, folder));
  const observation = observe(folder, fleet, story);
  const progress: LoadProgress = { submitted: 0, finished: 0 };
  const telling = setInterval(
    () => tellProgress(output, { progress, observation, story }),
    PROGRESS_EVERY_MS,
  );
  const giveUp = new AbortController();
  const halt = AbortSignal.any([stop, giveUp.signal]);
  // Every task and every fault listens to it.
  setMaxListeners(0, halt);
  try {
    const late = await fleet.bringBack(deadlineIn(START_PATIENCE_MS, stop));
    if (stop.aborted) return null;
    if (late.length > 0) throw new Error(`not ready after its start: ${late.join(", ")}; see ${folder.path}`);

    const client = createApiClient({
      urls: fleet.apiUrls,
      random: random.fork("clients"),
      note: observation.journal.note,
      stop: halt,
    });
    const { url: receiverUrl } = fleet.receiver;
    const play = { client, runId: `chaos-${seed}`, receiverUrl, stop: halt };
    const load = playLoad(tasks, play, progress);
    // A mistake in it ends the trial, and is told when the load is waited for.
    load.catch(() => giveUp.abort());
    await injectFaults(faults, { fleet, story, stop: halt });
    await delay(minutes * 60_000 * 0.1, undefined, { signal: halt }).catch(() => {});

    output.tell("rest", {}, "No more faults: everything is brought back and may come to rest.");
    const notReady = await fleet.bringBack(deadlineIn(RETURN_PATIENCE_MS, stop));
    await untilSettled(load, { observation, stop });
    giveUp.abort();
    await load;
    if (stop.aborted) return null;

    const evidence = await collectEvidence({
      fleet,
      folder,
      leaseMs: leaseSeconds * 1000,
      tasks,
      observation,
      notReady,
    });
    return { evidence, violations: check(evidence, folder.queue), story };
  } finally {
    clearInterval(telling);
    await fleet.end({ hurry: true });
    sweepProcesses(fleet.lives, folder);
    await Promise.all([observation.stop(), story.close()]);
  }
}

/** Aborted after so long, or when it is stopped. */
function deadlineIn(ms: number, stop: AbortSignal): AbortSignal {
  const deadline = new AbortController();
  const abort = () => deadline.abort();
  // No AbortSignal.timeout joined by AbortSignal.any: Node 20 collects it as garbage, and it never fires.
  setTimeout(abort, ms).unref();
  if (stop.aborted) abort();
  else stop.addEventListener("abort", abort, { once: true });
  return deadline.signal;
}

interface Told {
  progress: LoadProgress;
  observation: Observation;
  story: Story;
}

function tellProgress(output: Output, { progress, observation, story: { faults } }: Told): void {
  const { answers, ends } = observation.journal;
  const { submitted, finished } = progress;
  const counts = { submitted, finished, ends: ends.size, answers: answers.length, faults };
  const text = `${submitted} tasks submitted, ${finished} done with; ${ends.size} executions ended, ${answers.length} answers, ${faults} faults`;
  output.tell("progress", counts, text);
}
