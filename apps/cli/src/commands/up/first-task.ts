import { createClient, type TaskSummary } from "@host-runner/client";
import { cleanLine } from "../../terminal/clean-text.ts";

/** Behind a long queue of earlier tasks it is not waited for. */
const PATIENCE_MS = 15_000;

interface FirstTask {
  url: string;
  /** A token that may write, where the API asks for one. */
  token: string | undefined;
  say: (text: string) => void;
  signal: AbortSignal;
}

/** Puts a mock task through the whole path and shows its way. A task that fails is shown, and no error. */
export async function showFirstTask({ url, token, say, signal }: FirstTask): Promise<void> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const client = createClient({ url, token });
  const submission = { prompt: "Hello from host-runner", executor: "mock" } as const;
  let output = "";
  try {
    for await (const event of client.run(submission, {
      signal: AbortSignal.any([signal, patience.signal]),
    })) {
      if (event.type === "output") output += event.text;
      if (event.type !== "status") continue;
      if (event.id === "") say(`A first task, with the mock executor: ${event.task.task_id}`);
      say(`  ${cleanLine(describe(event.task, output))}`);
    }
  } catch (error) {
    if (!patience.signal.aborted || signal.aborted) throw error;
    say("  It has not ended yet: earlier tasks may be before it.");
  } finally {
    clearTimeout(timer);
  }
}

function describe({ status, message, worker }: TaskSummary, output: string): string {
  const details = {
    queued: message,
    running: worker ? `on worker process ${worker.pid}` : message,
    success: `${message}; it wrote ${JSON.stringify(output)}`,
    failed: message,
    canceled: message,
  };
  return `${status.padEnd(8)} ${details[status]}`;
}
