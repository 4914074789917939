import { describe, expect, it } from "@jest/globals";
import { createTransactions } from "../../src/proxy/transaction.ts";

type Step = [name: string, refusal: string | null, verdict: string];
const no = "READONLY no";

const cases: [string, Step[]][] = [
  [
    "passes what is not refused",
    [
      ["multi", null, "pass"],
      ["set", null, "pass"],
      ["exec", null, "pass"],
    ],
  ],
  [
    "refuses a command by itself",
    [
      ["set", no, "refuse READONLY no"],
      ["get", null, "pass"],
    ],
  ],
  [
    "has Redis forget a transaction of which a part was refused",
    [
      ["multi", null, "pass"],
      ["set", null, "pass"],
      ["set", no, "refuse READONLY no"],
      ["set", null, "pass"],
      ["exec", null, "discard EXECABORT Transaction discarded because of previous errors."],
      ["set", null, "pass"],
    ],
  ],
  [
    "refuses all of a transaction whose MULTI was refused, also when nothing is refused any more",
    [
      ["multi", no, "refuse READONLY no"],
      ["set", null, "refuse READONLY no"],
      ["exec", null, "refuse EXECABORT Transaction discarded because of: READONLY no"],
      ["set", null, "pass"],
    ],
  ],
  [
    "has Redis forget a transaction whose EXEC is refused",
    [
      ["multi", null, "pass"],
      ["set", null, "pass"],
      ["exec", no, "discard EXECABORT Transaction discarded because of: READONLY no"],
      ["get", null, "pass"],
    ],
  ],
  [
    "lets a transaction be given up",
    [
      ["multi", null, "pass"],
      ["set", no, "refuse READONLY no"],
      ["discard", null, "pass"],
      ["exec", null, "pass"],
    ],
  ],
];

describe("a transaction through the proxy", () => {
  it.each(cases)("%s", (_, steps) => {
    const judge = createTransactions();
    for (const [name, refusal, expected] of steps) {
      const verdict = judge(name, refusal);
      expect("text" in verdict ? `${verdict.kind} ${verdict.text}` : verdict.kind).toBe(expected);
    }
  });
});
