import type { Outcome, StopSignal } from "@host-runner/contracts";
import { startTaskConsumer, type TaskConsumerOptions, type TaskHandler } from "@host-runner/queue";

const silent = { info() {}, warn() {}, error() {} };

const success: Outcome = {
  status: "success",
  reason: null,
  message: "mock execution completed",
  exitCode: 0,
  signal: null,
  output: {
    stdout: "",
    stderr: "",
    stdoutBytes: 0,
    stderrBytes: 0,
    stdoutTruncated: false,
    stderrTruncated: false,
  },
};

/** What a command does; it may say how it ended. */
export type Write = (
  output: Parameters<TaskHandler>[2],
  task: Parameters<TaskHandler>[0],
  signal: StopSignal,
  // biome-ignore lint/suspicious/noConfusingVoidType: most writers return nothing, and end with success.
) => Promise<Partial<Outcome> | void>;

/** Runs the body with a worker whose command is the function given. */
export async function withWorker(
  { redisUrl, name }: { redisUrl: string; name: string },
  write: Write,
  body: () => Promise<void>,
  options: Partial<TaskConsumerOptions> = {},
): Promise<void> {
  const consumer = await startTaskConsumer(
    {
      redisUrl,
      queue: name,
      holder: { id: "w", pid: 1, host: "h", executor: "mock" },
      executors: () => ["mock"],
      concurrency: 4,
      leaseMs: 10_000,
      outputKeepBytes: 1024 * 1024,
      log: silent,
      ...options,
    },
    async (task, signal, output) => ({ ...success, ...(await write(output, task, signal)) }),
  );
  try {
    await body();
  } finally {
    await consumer.close(1000);
  }
}
