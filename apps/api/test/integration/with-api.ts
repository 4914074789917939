import { getEventListeners } from "node:events";
import type { AddressInfo } from "node:net";
import type { ApiToken, Problem, Task } from "@host-runner/contracts";
import { type ApiMetrics, createApiMetrics } from "@host-runner/metrics";
import { openTaskQueue, type TaskQueue } from "@host-runner/queue";
import { type TestRedis, withRedis } from "@host-runner/testing";
import { pino } from "pino";
import { createApp } from "../../src/app.ts";
import { createExpressServer } from "../../src/create-server.ts";
import { expectDocumented } from "../documented.ts";

export interface TestApi {
  url: string;
  queue: TaskQueue;
  log: string[];
  /** What the process does first when it stops. */
  stop(): void;
  /** How many listeners, and signals that depend on it, the signal of the stop has. */
  awaitingStop(): number;
  /** Calls the API; the body goes as JSON. Throws where the answer is not as the API's description has it. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** A task, a problem, or whatever else the call answers. */
  body: Omit<Task, "status"> & Omit<Problem, "status"> & { status: string | number; executions: Task[] };
}

interface ApiOptions {
  tokens?: ApiToken[];
  maxPromptBytes?: number;
  maxQueued?: number;
  /** How many ended executions are kept. */
  retentionCount?: number;
}

/** The API on a Redis of the test's own. */
export function withApi(
  options: ApiOptions,
  body: (api: TestApi & TestRedis & { redisUrl: string }) => Promise<void>,
): Promise<void> {
  return withRedis((redis) =>
    withApiOn(redis, options, (api) => body({ ...redis, ...api, redisUrl: redis.url })),
  );
}

export async function withApiOn(
  { url: redisUrl, name }: { url: string; name: string },
  options: ApiOptions,
  body: (api: TestApi) => Promise<void>,
): Promise<void> {
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line) => lines.push(line) });
  const { maxQueued = 1_000_000, retentionCount = 1000 } = options;
  const retention = { retentionSeconds: 3600, retentionCount };
  const metrics: ApiMetrics = createApiMetrics(() => queue.depth());
  const { observe } = metrics;
  const queue = await openTaskQueue({ redisUrl, queue: name, maxQueued, retention, observe, log });
  try {
    await withApiOver(queue, options, (api) => body({ ...api, log: lines }), { log, metrics });
  } finally {
    await queue.close();
  }
}

/** The API over a queue that is the caller's to close. */
export async function withApiOver(
  queue: TaskQueue,
  { tokens = [], maxPromptBytes = 1_048_576 }: ApiOptions,
  body: (api: Omit<TestApi, "log">) => Promise<void>,
  { log = pino({ enabled: false }), metrics = createApiMetrics(() => queue.depth()) } = {},
): Promise<void> {
  const stop = new AbortController();
  const server = createExpressServer(
    createApp({ queue, tokens, maxPromptBytes, metrics, stopping: stop.signal, log }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await body({
      url,
      queue,
      stop: () => stop.abort(),
      awaitingStop: () => getEventListeners(stop.signal, "abort").length + countDependents(stop.signal),
      async call(method, path, { body: content, headers = {} } = {}) {
        const response = await fetch(url + path, {
          method,
          headers: { ...(content !== undefined && { "Content-Type": "application/json" }), ...headers },
          ...(content !== undefined && {
            body: typeof content === "string" ? content : JSON.stringify(content),
          }),
        });
        const text = await response.text();
        const isJson = response.headers.get("Content-Type")?.includes("json") ?? false;
        const answer = {
          status: response.status,
          headers: response.headers,
          body: isJson ? JSON.parse(text) : text,
        };
        expectDocumented({ method, path, ...answer });
        return answer;
      },
    });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** What AbortSignal.any leaves at a signal stays there as long as the signal, in Node 20 in a field without a name. */
function countDependents(signal: AbortSignal): number {
  const field = Object.getOwnPropertySymbols(signal).find(
    ({ description }) => description === "kDependantSignals",
  );
  const dependents = field && (signal as unknown as Record<symbol, Set<unknown> | undefined>)[field];
  return dependents?.size ?? 0;
}
