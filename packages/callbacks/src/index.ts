/**
 * Sends callbacks over HTTP: signed, to safe addresses alone, and with a verdict on what came of it. Which callback is
 * due, and when, is the queue's to know.
 */

export {
  type CallbackRequest,
  type CallbackSender,
  type CallbackSenderOptions,
  createCallbackSender,
} from "./callback-sender.ts";
export { classify } from "./classify.ts";
export type { Delivery } from "./delivery.ts";
export { nextTryMs } from "./next-try.ts";
