import type { CallbackBody } from "@host-runner/contracts";
import {
  type CallbackRequest,
  type CallbackSender,
  type CallbackSenderOptions,
  createCallbackSender,
} from "../../src/callback-sender.ts";

export const TOKEN = "the-token-of-the-task";

export const callbackBody: CallbackBody = {
  task_id: "1",
  run_id: "run-1",
  status: "success",
  message: "mock execution completed",
  reason: null,
  started_at: "2026-01-31T08:15:00.000Z",
  finished_at: "2026-01-31T08:15:01.000Z",
  exit_code: 0,
  signal: null,
  stdout: "grüße 🙂\n",
  stderr: "",
  event_id: "event-1",
  execution: 1,
  attempt: 1,
  seq: 2,
};

/** A callback that is sent at once and has time. */
export function callbackTo(url: string, request: Partial<CallbackRequest> = {}): CallbackRequest {
  return {
    url,
    token: TOKEN,
    eventId: "event-1",
    body: callbackBody,
    isMine: () => true,
    now: () => Date.now(),
    ...request,
  };
}

/** Runs the body with a sender, and closes it afterwards. */
export async function withSender<T>(
  options: Partial<CallbackSenderOptions>,
  body: (sender: CallbackSender) => Promise<T>,
): Promise<T> {
  const sender = createCallbackSender({ secrets: [], denyPrivate: false, allow: null, ...options });
  try {
    return await body(sender);
  } finally {
    sender.close();
  }
}
