/** Decides what is dropped of an output that is too long: its middle, the oldest of it first. */
export interface KeptRange {
  /** Takes a new entry, and returns the ids of those that are to be dropped for it. */
  add(id: string, bytes: number): string[];
}

/** Half of `keepBytes` is for the beginning, and what the beginning leaves is for the end. */
export function createKeptRange(keepBytes: number): KeptRange {
  let beginningBytes = 0;
  const end: { id: string; bytes: number }[] = [];
  let endBytes = 0;
  return {
    add(id, bytes) {
      if (end.length === 0 && beginningBytes + bytes <= keepBytes / 2) {
        beginningBytes += bytes;
        return [];
      }
      end.push({ id, bytes });
      endBytes += bytes;
      const dropped: string[] = [];
      // The newest entry stays, however long it is.
      while (beginningBytes + endBytes > keepBytes && end.length > 1) {
        const oldest = end.shift()!;
        endBytes -= oldest.bytes;
        dropped.push(oldest.id);
      }
      return dropped;
    },
  };
}
