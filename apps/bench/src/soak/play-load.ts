import type { Calls } from "./calls.ts";
import { stories } from "./stories.ts";

/** More than this at a time: the fleet does not keep up. */
const MAX_STORIES_AT_A_TIME = 300;

/** Failures that are told in words. */
const TOLD_FAILURES = 5;

export interface Load {
  /** How many calls were made, and stories that failed, with the first failures in words. */
  tally(): { calls: number; failures: number; words: readonly string[] };
  /** Resolves when the stories that have begun are over. */
  stop(): Promise<void>;
}

/** Plays the stories at a rate of calls per second, until it is stopped. */
export function playLoad(calls: Calls, rate: number): Load {
  const playing = new Set<Promise<void>>();
  const words: string[] = [];
  let made = 0;
  let failures = 0;
  let next = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * rate;
    while (made < due) begin();
  }, 20);

  return {
    tally: () => ({ calls: made, failures, words }),
    async stop() {
      clearInterval(timer);
      await Promise.all(playing);
    },
  };

  function begin(): void {
    const story = stories[next++ % stories.length]!;
    made += story.calls;
    if (playing.size >= MAX_STORIES_AT_A_TIME) {
      fail(new Error("the fleet does not keep up"));
      return;
    }
    const played: Promise<void> = story
      .play(calls)
      .catch(fail)
      .finally(() => playing.delete(played));
    playing.add(played);
  }

  function fail(error: Error): void {
    failures += 1;
    if (words.length < TOLD_FAILURES) words.push(error.message);
  }
}
