/** Decides which entries of an output that is too long are dropped: its middle, the oldest of it first. */
export interface KeptRange {
  /** Takes a new entry, and returns the ids of the entries that are to be dropped for it. */
  add(id: string, bytes: number): string[];
}

/**
 * Half of `keepBytes` is for the beginning, and the end gets the rest. More than `keepEntries` are never kept, however small
 * they are: an entry costs Redis memory of its own.
 */
export function createKeptRange(keepBytes: number, keepEntries: number): KeptRange {
  const beginning = { bytes: 0, entries: 0 };
  /** The end, from `first` on: a shift of the array would move all of it each time. */
  let end: { id: string; bytes: number }[] = [];
  let first = 0;
  let endBytes = 0;
  return {
    add(id, bytes) {
      const fits = beginning.bytes + bytes <= keepBytes / 2 && beginning.entries < keepEntries / 2;
      if (end.length === 0 && fits) {
        beginning.bytes += bytes;
        beginning.entries += 1;
        return [];
      }
      end.push({ id, bytes });
      endBytes += bytes;
      const dropped: string[] = [];
      // The newest entry stays, however long it is.
      while (isTooMuch() && end.length - first > 1) {
        const oldest = end[first]!;
        first += 1;
        endBytes -= oldest.bytes;
        dropped.push(oldest.id);
      }
      if (first > end.length / 2) {
        end = end.slice(first);
        first = 0;
      }
      return dropped;
    },
  };

  function isTooMuch(): boolean {
    return beginning.bytes + endBytes > keepBytes || beginning.entries + end.length - first > keepEntries;
  }
}
