/** A few of them may come late before it counts as silence. */
const BEATS_PER_SILENCE = 6;

/**
 * Says "busy" to the guard while commands run, and notices when it could not: this process was stopped, or its loop
 * was blocked.
 */
export function createHeartbeat(silentAfterMs: number | null, say: (line: string) => void) {
  const beatMs = (silentAfterMs ?? 0) / BEATS_PER_SILENCE;
  let running = 0;
  let timer: NodeJS.Timeout | null = null;
  let lastBeat = 0;
  let silenceEndedAt = Number.NEGATIVE_INFINITY;

  return {
    commandStarts() {
      running += 1;
      if (silentAfterMs === null || timer) return;
      beat(performance.now());
      timer = setInterval(tick, beatMs).unref();
    },
    commandEnded() {
      // Said with the next beat: many short commands are no reason to say much.
      running -= 1;
    },
    hasIntervened(startedAtMs: number): boolean {
      if (silentAfterMs === null || !timer) return false;
      const now = performance.now();
      // The ends of commands may be heard of before the beat that is overdue, or after it.
      const isOverdue = now - lastBeat > silentAfterMs;
      const silenceEnd = isOverdue ? now : silenceEndedAt;
      if (now - silenceEnd > beatMs) return false;
      // One that was started when the silence was over has nothing to do with it.
      return silenceEnd - startedAtMs > silentAfterMs / 2;
    },
    /** For a guard that has just been started. */
    repeat() {
      if (timer) say("busy\n");
    },
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };

  function tick(): void {
    const now = performance.now();
    if (silentAfterMs !== null && now - lastBeat > silentAfterMs) silenceEndedAt = now;
    if (running > 0) {
      beat(now);
      return;
    }
    if (timer) clearInterval(timer);
    timer = null;
    say("idle\n");
  }

  function beat(now: number): void {
    lastBeat = now;
    say("busy\n");
  }
}
