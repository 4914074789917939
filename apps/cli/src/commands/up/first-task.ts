import { setTimeout as delay } from "node:timers/promises";
import { isEnded, problemSchema, type Task, taskSchema } from "@host-runner/contracts";

/** Behind a long queue of earlier tasks it is not waited for. */
const PATIENCE_MS = 15_000;
const ASK_EVERY_MS = 25;

interface FirstTask {
  url: string;
  /** A token that may write, where the API asks for one. */
  token: string | undefined;
  say: (text: string) => void;
  signal: AbortSignal;
}

/** Puts a mock task through the whole path and shows its way. A task that fails is shown, and no error. */
export async function showFirstTask({ url, token, say, signal }: FirstTask): Promise<void> {
  const call = (path: string, init: RequestInit = {}) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { "content-type": "application/json", ...authorization };
    const patience = new AbortController();
    setTimeout(() => patience.abort(), PATIENCE_MS).unref();
    return fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.any([signal, patience.signal]) });
  };
  const prompt = "Hello from host-runner";
  let task = await readTask(
    await call("/tasks", { method: "POST", body: JSON.stringify({ prompt, executor: "mock" }) }),
  );
  say(`A first task, with the mock executor: ${task.task_id}`);
  say(`  ${describe(task)}`);
  for (const deadline = Date.now() + PATIENCE_MS; !isEnded(task.status); ) {
    if (Date.now() > deadline) return say("  It has not ended yet: earlier tasks may be before it.");
    await delay(ASK_EVERY_MS, undefined, { signal });
    const { status } = task;
    task = await readTask(await call(`/tasks/${encodeURIComponent(task.task_id)}`));
    if (task.status !== status) say(`  ${describe(task)}`);
  }
}

function describe({ status, message, stdout, worker }: Task): string {
  const details = {
    queued: message,
    running: worker ? `on worker process ${worker.pid}` : message,
    success: `${message}; it wrote ${JSON.stringify(stdout)}`,
    failed: message,
    canceled: message,
  };
  return `${status.padEnd(8)} ${details[status]}`;
}

async function readTask(answer: Response): Promise<Task> {
  const body: unknown = await answer.json();
  if (answer.ok) return taskSchema.parse(body);
  const problem = problemSchema.safeParse(body);
  throw new Error(`the API answered ${answer.status}: ${problem.data?.detail ?? JSON.stringify(body)}`);
}
