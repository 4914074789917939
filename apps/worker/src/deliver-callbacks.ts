import { type CallbackSender, type Delivery, nextTryMs } from "@host-runner/callbacks";
import type { CallbackVerdict, DeliverCallback, DueCallback } from "@host-runner/queue";

/** Sends what is due, and decides when it is sent again: until it has been owed for `retryMs`. */
export const createDeliver =
  (sender: CallbackSender, retryMs: number): DeliverCallback =>
  async (callback) => {
    const { url, token, body, isMine, now } = callback;
    const delivery = await sender.send({ url, token, eventId: body.event_id, body, isMine, now });
    return decideNext(delivery, callback, { retryMs, now: now(), random: Math.random() });
  };

interface Chance {
  retryMs: number;
  now: number;
  random: number;
}

/** What a try comes to. A next one that would be too late is not made. */
export function decideNext(
  delivery: Delivery,
  { tries, owedSince }: Pick<DueCallback, "tries" | "owedSince">,
  { retryMs, now, random }: Chance,
): CallbackVerdict {
  switch (delivery.kind) {
    case "delivered":
      return { state: "delivered", answer: delivery.status };
    case "refused":
      return { state: "failed", answer: delivery.status, detail: delivery.detail };
    case "too-late":
      return { state: "passed-on" };
    case "failed": {
      const { status: answer, detail, retryAfterMs } = delivery;
      const delayMs = nextTryMs(tries + 1, random, retryAfterMs);
      if (now + delayMs <= owedSince + retryMs) return { state: "pending", answer, detail, delayMs };
      return { state: "failed", answer, detail: `${detail}, after ${tries + 1} tries` };
    }
  }
}
