/** The words with which Redis refuses a command for now. */
export const refusalWords = [
  "NOAUTH",
  "WRONGPASS",
  "NOPERM",
  "READONLY",
  "MASTERDOWN",
  "LOADING",
  "OOM",
  "MISCONF",
  "NOREPLICAS",
  "CLUSTERDOWN",
  "TRYAGAIN",
  "BUSY",
  "UNBLOCKED",
] as const;
export type RefusalWord = (typeof refusalWords)[number];

/** Those that a Redis can be made to say without harm to its data. */
export const realRefusalWords = [
  "WRONGPASS",
  "NOPERM",
  "READONLY",
  "MASTERDOWN",
  "OOM",
  "MISCONF",
  "NOREPLICAS",
  "BUSY",
] as const satisfies readonly RefusalWord[];
export type RealRefusalWord = (typeof realRefusalWords)[number];

/** How the proxy refuses, for a while. */
export interface Refusal {
  word: RefusalWord;
  /** Whether scripts get it as Redis 6.2 tells of errors inside of them, where a script can meet the refusal inside. */
  inScripts: boolean;
  /** Whether all connections are cut when it begins. */
  cut: boolean;
}
