/** Ids of what happened lately, each once. */
export interface RecentIds {
  add(id: string): void;
  /** Those of the last `lastMs`, the oldest first. */
  all(): string[];
  /** How many are kept: no more than `max`, and none that was too old at the last `add`. */
  size(): number;
}

interface RecentIdsOptions {
  lastMs: number;
  max: number;
  /** A monotonic clock. */
  nowMs?: () => number;
}

export function createRecentIds({
  lastMs,
  max,
  nowMs = () => performance.now(),
}: RecentIdsOptions): RecentIds {
  /** When each was added, the oldest first. */
  const added = new Map<string, number>();
  return {
    add(id) {
      added.delete(id);
      added.set(id, nowMs());
      forgetOld();
    },
    all() {
      forgetOld();
      return [...added.keys()];
    },
    size: () => added.size,
  };

  function forgetOld(): void {
    const since = nowMs() - lastMs;
    for (const [id, at] of added) {
      if (at >= since && added.size <= max) return;
      added.delete(id);
    }
  }
}
