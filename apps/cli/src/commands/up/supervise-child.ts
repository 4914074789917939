import { setTimeout as delay } from "node:timers/promises";
import { decideRestart, SETTLED_MS } from "./decide-restart.ts";
import { UpError } from "./errors.ts";
import { type Child, type ChildStart, startChild } from "./start-child.ts";
import { waitUntilReady } from "./wait-until-ready.ts";

interface Supervision {
  name: string;
  /** Called for each start: a port may have to be another one then. */
  prepare: () => Promise<{ start: Omit<ChildStart, "onLine">; url: string }>;
  onLine: ChildStart["onLine"];
  say: (text: string) => void;
  /** The last lines that it wrote, for the message when it is given up. */
  lastLines: () => string[];
}

export interface SupervisedChild {
  name: string;
  /** Resolves when it is ready for the first time. */
  ready: Promise<void>;
  /** Rejects when it is given up, and resolves when it was stopped. */
  finished: Promise<void>;
  /** Asks it to end, and does not start it again. */
  stop(): void;
  kill(): void;
}

/** Keeps a child running: started again after a pause when it dies, given up when that does not help. */
export function superviseChild(supervision: Supervision): SupervisedChild {
  const { name, say } = supervision;
  const stopping = new AbortController();
  let current: Child | undefined;
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  return {
    name,
    ready,
    finished: superviseUntilStopped(),
    stop() {
      stopping.abort();
      current?.signal("SIGTERM");
    },
    kill() {
      stopping.abort();
      current?.signal("SIGKILL");
    },
  };

  async function superviseUntilStopped(): Promise<void> {
    let wasEverReady = false;
    for (let quickDeaths = 0; ; ) {
      const { start, url } = await supervision.prepare();
      if (stopping.signal.aborted) return;
      const startedAt = performance.now();
      const child = startChild({ ...start, onLine: supervision.onLine });
      current = child;
      waitUntilReady(url, child.ended).then((isUp) => {
        if (!isUp) return;
        if (wasEverReady) say(`${name} is ready again (process ${child.pid})`);
        wasEverReady = true;
        markReady();
      });
      const ending = await child.ended;
      if (stopping.signal.aborted) return;
      quickDeaths = performance.now() - startedAt < SETTLED_MS ? quickDeaths + 1 : 1;
      const decision = decideRestart({ wasEverReady, quickDeaths });
      if (decision.kind === "give-up") throw giveUp(ending, decision.why);
      say(`${name} (process ${child.pid}) died: ${ending}; starting it again in ${decision.afterMs} ms`);
      await delay(decision.afterMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
    }
  }

  function giveUp(ending: string, why: string): UpError {
    const lines = supervision.lastLines().map((line) => `  ${line}`);
    const said = lines.length > 0 ? `Its last words:\n${lines.join("\n")}` : "It said nothing.";
    return new UpError(`${name} is given up, ${why}: ${ending}. ${said}`);
  }
}
