/** Linux gives out at most this much of a pipe at a time, by its default size. */
export const CHUNK_BYTES = 64 * 1024;

/** Read buffers, used again by the next command: a fresh one would have to be paged in each time. */
export interface BufferPool {
  take(): Buffer;
  give(buffer: Buffer): void;
}

export function createBufferPool(keep: number): BufferPool {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES),
    give: (buffer) => {
      if (free.length < keep) free.push(buffer);
    },
  };
}
