/** What becomes of a command. */
export type Verdict =
  | { kind: "pass" }
  /** Redis does not get it; the client gets this error. */
  | { kind: "refuse"; text: string }
  /** Redis is to forget the transaction that it has queued so far; the client gets this error. */
  | { kind: "discard"; text: string };

type Transaction =
  | { kind: "none" }
  /** Redis queues its commands; one that was refused spoils it. */
  | { kind: "open"; isSpoilt: boolean }
  /** Its MULTI was refused: nothing of it is to happen, whatever is refused later. */
  | { kind: "refused"; text: string };

/**
 * Judges one client's commands, one after the other: `refusal` is the error with which this one would be refused by itself,
 * or null. A transaction happens as a whole or not at all.
 */
export function createTransactions(): (name: string, refusal: string | null) => Verdict {
  let transaction: Transaction = { kind: "none" };

  function judgeExec(refusal: string | null): Verdict {
    const before = transaction;
    transaction = { kind: "none" };
    if (before.kind === "refused") return { kind: "refuse", text: abortedBy(before.text) };
    if (before.kind === "open" && before.isSpoilt) {
      return { kind: "discard", text: "EXECABORT Transaction discarded because of previous errors." };
    }
    if (refusal === null) return { kind: "pass" };
    return { kind: before.kind === "open" ? "discard" : "refuse", text: abortedBy(refusal) };
  }

  return (name, refusal) => {
    if (name === "exec") return judgeExec(refusal);
    if (transaction.kind === "refused") {
      const { text } = transaction;
      if (name === "discard") transaction = { kind: "none" };
      return { kind: "refuse", text };
    }
    if (name === "multi") {
      transaction = refusal === null ? { kind: "open", isSpoilt: false } : { kind: "refused", text: refusal };
    } else if (name === "discard") {
      transaction = { kind: "none" };
      return { kind: "pass" };
    } else if (refusal !== null && transaction.kind === "open") transaction.isSpoilt = true;
    return refusal === null ? { kind: "pass" } : { kind: "refuse", text: refusal };
  };
}

const abortedBy = (text: string) => `EXECABORT Transaction discarded because of: ${text}`;
