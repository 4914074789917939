/** Where a buffer that is written to begins: most commands print little, and many nothing. */
const FIRST_CAPACITY = 1024;

/** Keeps the last `limit` bytes of what is appended: a ring, at the cost of one copy of what is kept. */
export interface TailBuffer {
  append(chunk: Uint8Array): void;
  /** A copy of what is kept, in order. */
  read(): Buffer;
}

export function createTailBuffer(limit: number): TailBuffer {
  let ring = Buffer.alloc(0);
  /** Where the next byte goes, once the ring is full the oldest byte too. */
  let position = 0;
  let length = 0;
  return { append, read };

  function append(chunk: Uint8Array): void {
    // Of a chunk beyond the limit only the end can stay.
    const kept = chunk.length > limit ? chunk.subarray(chunk.length - limit) : chunk;
    if (kept.length === 0) return;
    if (length + kept.length > ring.length) grow(length + kept.length);
    const untilEdge = Math.min(kept.length, ring.length - position);
    ring.set(kept.subarray(0, untilEdge), position);
    ring.set(kept.subarray(untilEdge), 0);
    position = (position + kept.length) % ring.length;
    length = Math.min(length + kept.length, ring.length);
  }

  /** Doubles up to the limit: each byte is moved a bounded number of times. */
  function grow(wanted: number): void {
    const capacity = Math.min(limit, Math.max(wanted, ring.length * 2, FIRST_CAPACITY));
    if (capacity === ring.length) return;
    // From Node's pool where it is small: memory of its own costs more than all the rest of a short task.
    const larger = Buffer.allocUnsafe(capacity);
    read().copy(larger);
    ring = larger;
    position = length % capacity;
  }

  function read(): Buffer {
    if (length < ring.length) return Buffer.from(ring.subarray(0, length));
    return Buffer.concat([ring.subarray(position), ring.subarray(0, position)]);
  }
}
