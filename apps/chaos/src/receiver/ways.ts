/** How a receiver can answer that is not well. */
export const spoiltWays = [
  /** Refuses for now. */
  "500",
  /** With a Retry-After. */
  "503",
  /** As one whose routes are not there yet. */
  "404",
  /** Has the request, and cuts the connection: it has not taken it. */
  "reset",
  /** Has taken it, and cuts the connection before its answer is out. */
  "lost",
  /** Takes it, and answers after seconds. */
  "slow",
  /** Takes it, and answers when the sender has given up. */
  "late",
] as const;
export type SpoiltWay = (typeof spoiltWays)[number];

/** What was done with a callback. */
export type ReceiverAnswer = "204" | SpoiltWay;

/** Whether the sender may have heard that it was taken: one that was frozen may hear a late answer, too. */
export const mayHaveHeard = (answer: ReceiverAnswer): boolean => ["204", "slow", "late"].includes(answer);
