/**
 * Memory for what commands print. What is much goes into blocks that are used again: fresh memory for each piece costs more,
 * in page faults and garbage collections, than all else that is done with it.
 */

/** The most that is gathered. */
export const BLOCK_BYTES = 64 * 1024;

/** Less than this is in Node's own pool. */
const SMALL_BYTES = 4 * 1024;

/** What one command has waiting at most. */
const MAX_FREE_BLOCKS = 40;

const free: Buffer[] = [];

/** Copies `more` behind what was gathered before, which is not to be used any more. */
export function gather(gathered: Buffer | null, more: Buffer): Buffer {
  const before = gathered?.length ?? 0;
  const length = before + more.length;
  if (length < SMALL_BYTES) return gathered ? Buffer.concat([gathered, more]) : Buffer.from(more);
  const isBlock = gathered?.buffer.byteLength === BLOCK_BYTES;
  const block = isBlock ? Buffer.from(gathered.buffer) : (free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES));
  if (!isBlock) gathered?.copy(block);
  more.copy(block, before);
  return block.subarray(0, length);
}

/** Gives back what was gathered, when nobody uses it any more. */
export function release(gathered: Buffer): void {
  if (gathered.buffer.byteLength !== BLOCK_BYTES || free.length === MAX_FREE_BLOCKS) return;
  free.push(Buffer.from(gathered.buffer));
}
