import { hostname } from "node:os";
import {
  defaultRunId,
  type Execution,
  type NamedSubmission,
  parseSubmission,
  type StopSignal,
  type Task,
} from "@host-runner/contracts";
import {
  openTaskQueue,
  startTaskConsumer,
  type TaskConsumer,
  type TaskConsumerOptions,
  type TaskHandler,
  type TaskQueue,
  type TaskQueueOptions,
} from "@host-runner/queue";
import { type TestRedis, waitFor, withRedis } from "@host-runner/testing";

const silent = { info() {}, warn() {}, error() {} };

export interface TestQueue extends TestRedis {
  queue: TaskQueue;
  /** Another producer on the same queue, as another API process would have it. */
  open(options?: Partial<TaskQueueOptions>): Promise<TaskQueue>;
  /** A worker on the same queue. */
  consume(handle: TaskHandler, options?: Partial<TaskConsumerOptions>): Promise<TaskConsumer>;
  /** The task as soon as it has the status. */
  whenStatus(taskId: string, status: Task["status"]): Promise<Task>;
}

/** A queue on a Redis of the test's own; whatever it opens is closed. */
export function withQueue(body: (queue: TestQueue) => Promise<void>): Promise<void> {
  return withRedis((redis) => withQueueOn(redis, (queue) => body({ ...redis, ...queue })));
}

export async function withQueueOn(
  { url, name }: { url: string; name: string },
  body: (queue: Omit<TestQueue, keyof TestRedis>) => Promise<void>,
): Promise<void> {
  const closing: (() => Promise<void>)[] = [];
  const open = async (options: Partial<TaskQueueOptions> = {}) => {
    const queue = await openTaskQueue({
      redisUrl: url,
      queue: name,
      maxQueued: 1_000_000,
      retention: { retentionSeconds: 3600, retentionCount: 1_000_000 },
      log: silent,
      ...options,
    });
    closing.push(() => queue.close());
    return queue;
  };
  const queue = await open();
  try {
    await body({
      queue,
      open,
      async consume(handle, options = {}) {
        const consumer = await startTaskConsumer(
          {
            redisUrl: url,
            queue: name,
            holder: { id: `w${closing.length}`, pid: process.pid, host: hostname(), executor: "mock" },
            executors: () => ["mock"],
            concurrency: 4,
            leaseMs: 10_000,
            outputKeepBytes: 4 * 1024 * 1024,
            log: silent,
            ...options,
          },
          handle,
        );
        closing.push(() => consumer.close(1000));
        return consumer;
      },
      whenStatus: (taskId, status) =>
        waitFor(
          async () => {
            const task = await queue.find(taskId);
            return task?.status === status && task;
          },
          { description: `task ${taskId} is ${status}` },
        ),
    });
  } finally {
    await Promise.all(closing.map((close) => close()));
  }
}

/** All executions of a task, newest first. */
export async function executionsOf(queue: TaskQueue, taskId: string): Promise<Execution[]> {
  const executions: Execution[] = [];
  for await (const page of queue.executions(taskId)) executions.push(...page);
  return executions;
}

export function submission(task_id: string, fields: object = {}): NamedSubmission {
  const parsed = parseSubmission({ prompt: "hi", task_id, ...fields });
  return { ...parsed, task_id, run_id: parsed.run_id ?? defaultRunId(task_id) };
}

const output = {
  stdout: "out",
  stderr: "",
  stdoutBytes: 3,
  stderrBytes: 0,
  stdoutTruncated: false,
  stderrTruncated: false,
};

/** Handlers that end as their name says. */
export const handlers = {
  succeed: async () => ({
    status: "success" as const,
    reason: null,
    message: "mock execution completed",
    exitCode: 0,
    signal: null,
    output,
  }),
  fail: async () => ({
    status: "failed" as const,
    reason: "exit_code" as const,
    message: "mock execution failed",
    exitCode: 3,
    signal: null,
    output,
  }),
  /** Runs until it is stopped, and says for what reason. */
  hang: (_task: unknown, signal: StopSignal, _output?: unknown) =>
    new Promise<Awaited<ReturnType<TaskHandler>>>((resolve) => {
      const end = () =>
        resolve({
          status: signal.reason === "cancel" ? "canceled" : "failed",
          reason: signal.reason === "cancel" ? "canceled" : "worker_lost",
          message: `stopped: ${signal.reason}`,
          exitCode: null,
          signal: "SIGTERM",
          output,
        });
      if (signal.aborted) end();
      signal.addEventListener("abort", end, { once: true });
    }),
} satisfies Record<string, TaskHandler>;
