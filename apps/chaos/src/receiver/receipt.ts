import { appendFileSync, readFileSync } from "node:fs";
import type { CallbackBody } from "@host-runner/contracts";
import type { CommandProcess } from "../evidence/processes.ts";
import type { ReceiverAnswer } from "./ways.ts";

/** One callback as it came: a line of the receiver's journal. */
export interface Receipt {
  /** When all of it was there, in ms since the epoch. */
  at: number;
  /** As it came; of stdout and stderr the end. */
  body: CallbackBody;
  /** Its header `webhook-id`. */
  webhookId: string | null;
  /** Its header `X-Runner-Token`. */
  token: string | null;
  /** Whether its signature is that of its bytes and of the workers' secret. */
  isSigned: boolean;
  /** What ran of its execution at that moment, where it told of an end. */
  running: CommandProcess[];
  answer: ReceiverAnswer;
}

/** A line in whose midst its writer was killed does not spoil the next one. */
export function beginReceipts(file: string): void {
  appendFileSync(file, "\n");
}

/** Written when it returns. */
export function appendReceipt(file: string, receipt: Receipt): void {
  appendFileSync(file, `${JSON.stringify(receipt)}\n`);
}

/** In the order of the journal. */
export function parseReceipts(text: string): Receipt[] {
  return text
    .split("\n")
    .filter(Boolean)
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Receipt];
      } catch {
        // Its receiver was killed while it wrote, and has not answered.
        return [];
      }
    });
}

export function readReceipts(file: string): Receipt[] {
  try {
    return parseReceipts(readFileSync(file, "utf8"));
  } catch (error) {
    // Nothing has come.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
