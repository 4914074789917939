import { setTimeout as delay } from "node:timers/promises";
import { injectFault } from "./fleet/inject-fault.ts";
import type { Fleet } from "./fleet/start-fleet.ts";
import { describeFault, type Fault, type PlannedFault } from "./plan/fault.ts";
import type { Story } from "./story.ts";

interface InjectOptions {
  fleet: Fleet;
  story: Story;
  stop: AbortSignal;
}

/** Does to the fleet what is planned, each at its time. Resolves when all of it is over, or it was stopped. */
export async function injectFaults(
  planned: readonly PlannedFault[],
  { fleet, story, stop }: InjectOptions,
): Promise<void> {
  const beganAt = Date.now();
  const stopped = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve()));
  await Promise.all(
    planned.map(async ({ atMs, fault }) => {
      const waitMs = Math.max(0, beganAt + atMs - Date.now());
      await delay(waitMs, undefined, { signal: stop }).catch(() => {});
      // What is under way then is ended with the fleet.
      if (!stop.aborted) await Promise.race([inject(fault, fleet, story), stopped]);
    }),
  );
}

async function inject(fault: Fault, fleet: Fleet, story: Story): Promise<void> {
  const text = describeFault(fault);
  story.fault(text);
  try {
    const remark = await injectFault(fault, fleet);
    if (remark) story.remark(`${text}: ${remark}`);
    else if ("forMs" in fault) story.remark(`${text} is over`);
  } catch (error) {
    // Redis was away when something was to be asked of it.
    story.remark(`${text} did not work: ${(error as Error).message}`);
  }
}
