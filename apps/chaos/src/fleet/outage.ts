/** What was done to the Redis of the fleet. Times in ms since the epoch. */
export interface Outage {
  /** It was away or frozen; or it was there, and all connections to it were cut. */
  kind: "away" | "cut";
  from: number;
  /** From here on it may answer; null: that has not come. */
  returnsAt: number | null;
  /** From here on it answers; null: that has not come. */
  to: number | null;
}
