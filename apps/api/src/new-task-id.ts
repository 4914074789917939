import { randomFillSync } from "node:crypto";
import { v7 as uuidv7 } from "uuid";

const RANDOM_BYTES = 16;
const pool = Buffer.alloc(256 * RANDOM_BYTES);
let used = pool.length;

/** A UUIDv7: sorts by the time at which it was made. Its random bytes are fetched for many at once. */
export function newTaskId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += RANDOM_BYTES;
  return uuidv7({ random: pool.subarray(used - RANDOM_BYTES, used) });
}
