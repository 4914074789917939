import type { SeenTask } from "../evidence/answer.ts";
import { type PlannedTask, type Sequel, submissionOf } from "../plan/planned-task.ts";
import type { ApiClient, ApiRequest } from "./api-client.ts";
import { followExecution } from "./follow-execution.ts";

export interface Play {
  client: ApiClient;
  runId: string;
  /** Where callbacks go. */
  receiverUrl: string;
  /** When the load began. */
  beganAt: number;
  stop: AbortSignal;
}

/** Does everything that the task's client does. Resolves when its last execution has ended, or it was stopped. */
export async function playTask(task: PlannedTask, play: Play): Promise<void> {
  const { client, runId, receiverUrl, beganAt, stop } = play;
  const { taskId } = task;
  const submission: ApiRequest = {
    call: { kind: "submit", taskId, key: task.idempotencyKey },
    body: submissionOf(task, { runId, receiverUrl }),
  };
  let seen = await submitFirst();
  if (!seen) return;
  if (task.conflicts) await submitOther();
  seen = await followExecution({ client, task, seen, cancel: task.cancel, beganAt, stop });
  for (const sequel of task.sequels) {
    if (!seen) return;
    const next = await begin(sequel);
    // A replay tells of an execution that has ended; it was accepted, and is not followed again.
    if (sequel === "replay") continue;
    seen = next && (await followExecution({ client, task, seen: next, cancel: null, beganAt, stop }));
  }

  async function submitFirst(): Promise<SeenTask | null> {
    if (task.hangUpAfterMs !== null) await client.ask({ ...submission, hangUpAfterMs: task.hangUpAfterMs });
    if (task.sentTwice) await Promise.all([0, 1].map((api) => client.ask({ ...submission, api })));
    return (await client.insist(submission))?.task ?? null;
  }

  async function submitOther(): Promise<void> {
    const prompt = `${task.prompt} print=1`;
    await client.ask({
      call: { kind: "submit", taskId, key: null, other: true },
      body: { ...submission.body, prompt },
    });
  }

  async function begin(sequel: Sequel): Promise<SeenTask | null> {
    if (sequel === "replay") return (await client.insist(submission))?.task ?? null;
    const call: ApiRequest =
      sequel === "rerun"
        ? { call: { kind: "rerun", taskId } }
        : { ...submission, call: { kind: "submit", taskId, key: null } };
    const answer = await client.insist(call);
    if (answer?.task) return answer.task;
    // An earlier try whose answer was lost has begun it, and it has not ended yet.
    return (await client.insist({ call: { kind: "read", taskId, execution: null } }))?.task ?? null;
  }
}
