/** Pure functions over measured numbers. */

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = inOrder(values);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least `share` (0 to 1) of all do not exceed: the nearest rank, never a made-up value. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = inOrder(values);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

function inOrder(values: ArrayLike<number>): Float64Array {
  if (values.length === 0) throw new Error("no values: nothing was measured");
  return Float64Array.from(values).sort();
}
