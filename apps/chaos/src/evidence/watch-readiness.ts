import { setTimeout as delay } from "node:timers/promises";
import type { Member } from "../fleet/supervise-member.ts";

/** What a readiness probe said. Times in ms since the epoch. */
export interface Probe {
  pid: number;
  sentAt: number;
  receivedAt: number;
  /** Null: no answer came. */
  status: number | null;
}

/** Between an answer and the next probe of the same process. */
const PAUSE_MS = 300;

interface WatchOptions {
  /** Those that there are at the moment. */
  members: () => readonly Member[];
  onProbe: (probe: Probe) => void;
}

/** Asks every process of the fleet again and again whether it is ready, as a load balancer does, until it is stopped. */
export function watchReadiness({ members, onProbe }: WatchOptions): { stop(): void } {
  const asked = new Set<Member>();
  let stopped = false;
  const timer = setInterval(() => {
    for (const member of members()) if (!asked.has(member)) ask(member);
  }, PAUSE_MS);
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };

  async function ask(member: Member): Promise<void> {
    asked.add(member);
    const pid = member.current()?.pid;
    if (pid !== undefined) {
      const sentAt = Date.now();
      const status = await member.probe();
      if (!stopped) onProbe({ pid, sentAt, receivedAt: Date.now(), status });
    }
    await delay(PAUSE_MS);
    asked.delete(member);
  }
}
