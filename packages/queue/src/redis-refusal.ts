/**
 * What Redis' refusals mean. A refusal is an answer: Redis is there, but does not take the call now. It passes without
 * a change on our side, when the operator or Redis itself is through with what it is about.
 */

const refusals = [
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
  "UNKILLABLE",
  "UNBLOCKED",
] as const;
export type Refusal = (typeof refusals)[number];

const codes = `(${refusals.join("|")})\\b`;
const plain = new RegExp(`^-?${codes}`);
/** Redis 6.2: "ERR Error running script (call to f_<sha>): @user_script:17: @user_script: 17: -READONLY You can't ...". */
const inScript = new RegExp(`@user_script: ?\\d+: -?${codes}`);
/** Redis 7: "EXECABORT Transaction discarded because of: OOM command not allowed ...". */
const inTransaction = new RegExp(`^EXECABORT .*?: -?${codes}`);

/** Refusals that say it in other words. */
const otherWords: [RegExp, Refusal][] = [
  // A missing right inside of a script: before Redis 7.2, and since.
  [/The user executing the script can't (run|access|publish)/, "NOPERM"],
  [/ACL failure in script/, "NOPERM"],
  // Somebody has ended a script that took too long.
  [/Script killed by user/, "BUSY"],
];

/** The code of Redis' refusal; null for every other error. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof Error)) return null;
  return refusalIn(error.message);
}

/** The same for the text of an error. */
export function refusalIn(message: string): Refusal | null {
  const found = plain.exec(message) ?? inScript.exec(message) ?? inTransaction.exec(message);
  if (found) return found[1] as Refusal;
  return otherWords.find(([words]) => words.test(message))?.[1] ?? null;
}

/** Refusals that tell of a wrong address, password or user: at a start they are a mistake of the configuration. */
export function isMisconfiguration(refusal: Refusal): boolean {
  return refusal === "NOAUTH" || refusal === "WRONGPASS" || refusal === "NOPERM";
}

/** The server has become a replica: the master is to be found by a new connection. */
export function isDemotion(error: Error): boolean {
  const refusal = refusalOf(error);
  return refusal === "READONLY" || refusal === "UNBLOCKED";
}

/** A refusal in one line for people: without the script's name and line, which Redis 7 adds. */
export function describeRefusal(message: string): string {
  // To HELLO it answers with a paragraph on the syntax of HELLO.
  if (message.startsWith("NOAUTH")) return "NOAUTH Authentication required.";
  return message.replace(/ script: [0-9a-f]+, on @user_script:\d+\.?$/, "").replace(/\s+/g, " ");
}
