import type { CallbackBody, Execution, TaskCallback } from "@host-runner/contracts";
import type { Evidence } from "../src/evidence/evidence.ts";
import type { Receipt } from "../src/receiver/receipt.ts";
import { BEGAN } from "./good-evidence.ts";

export const tokenOf = (taskId: string) => `token of ${taskId}`;

/** What the receiver is told of an execution: of an attempt's start where one is given, else of its end. */
export function callback(final: Execution, seq: number, attempt?: number): CallbackBody {
  const { task_id, run_id, execution, started_at } = final;
  const event = { event_id: `evt_${task_id}_${seq}`, execution, seq };
  const unknown = { reason: null, finished_at: null, exit_code: null, signal: null };
  if (attempt !== undefined) {
    const { started_at } = final.attempts[attempt - 1]!;
    const start = { task_id, run_id, status: "running", message: "running", started_at, attempt } as const;
    return { ...start, ...unknown, stdout: null, stderr: null, ...event };
  }
  const { message, reason, finished_at, exit_code, signal, stdout, stderr } = final;
  const status = final.status as CallbackBody["status"];
  return {
    ...{
      task_id,
      run_id,
      status,
      message,
      reason,
      started_at,
      finished_at,
      exit_code,
      signal,
      stdout,
      stderr,
    },
    ...event,
    attempt: final.attempt,
  };
}

export function receipt(ms: number, body: CallbackBody, more: Partial<Receipt> = {}): Receipt {
  const { task_id, event_id: webhookId } = body;
  return {
    ...{
      at: BEGAN + ms,
      body,
      webhookId,
      token: tokenOf(task_id),
      isSigned: true,
      running: [],
      answer: "204",
    },
    ...more,
  };
}

/** As the task tells of a callback that was taken. */
export function delivered({ event_id, seq, status, attempt }: CallbackBody): TaskCallback {
  const at = new Date(BEGAN).toISOString();
  return {
    ...{ event_id, seq, status, attempt, state: "delivered", tries: 1, created_at: at, tried_at: at },
    ...{ http_status: 204, detail: null },
  };
}

/** `lasting` and `again` were called back, through a receiver that was not always well. */
export function callBack(evidence: Evidence): Evidence {
  for (const task of evidence.tasks) {
    if (task.taskId !== "stopped") task.callbackToken = tokenOf(task.taskId);
  }
  const [lasting] = evidence.finals.get("lasting")!;
  const [second, first] = evidence.finals.get("again")!;
  const told = {
    lasting: [callback(lasting!, 1, 1), callback(lasting!, 2, 2), callback(lasting!, 3)] as const,
    first: [callback(first!, 1, 1), callback(first!, 2)] as const,
    second: [callback(second!, 3, 1), callback(second!, 4)] as const,
  };
  lasting!.callbacks = told.lasting.map(delivered);
  first!.callbacks = told.first.map(delivered);
  second!.callbacks = told.second.map(delivered);
  evidence.receipts = [
    receipt(150, told.lasting[0], { answer: "503" }),
    receipt(160, told.first[0], { answer: "slow" }),
    receipt(900, told.first[1]),
    receipt(1_250, told.second[0], { answer: "lost" }),
    receipt(1_300, told.lasting[0]),
    receipt(2_000, told.second[0]),
    // Its answer was lost with the worker that sent it.
    receipt(2_100, told.second[1]),
    receipt(2_200, told.second[1], { answer: "500" }),
    receipt(2_300, told.second[1]),
    receipt(3_100, told.lasting[1], { answer: "late" }),
    receipt(4_000, told.lasting[2]),
  ];
  for (const { callbacks } of [lasting!, first!, second!]) {
    for (const stored of callbacks ?? []) {
      const last = evidence.receipts.findLast(({ body }) => body.event_id === stored.event_id);
      stored.tried_at = new Date(last!.at).toISOString();
    }
  }
  return evidence;
}
