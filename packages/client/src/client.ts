import type {
  CallbackPage,
  Execution,
  ExecutionsAnswer,
  OutputStream,
  Problem,
  Run,
  SubmissionInput,
  Task,
  TaskPage,
  TaskSummary,
  Worker,
  WorkersAnswer,
} from "@host-runner/contracts";
import { DEFAULT_API_URL, isEnded, type TaskStatus } from "@host-runner/contracts/words";
import { ClientError } from "./client-error.ts";
import {
  createRunEventParser,
  type ParseEvent,
  parseTaskEvent,
  type RunEvent,
  type TaskEvent,
} from "./events.ts";
import { followEvents } from "./follow-events.ts";
import type { RetryListener } from "./patience.ts";
import { type Call, createTransport, type Read, readChunks, readJson, readPlainText } from "./transport.ts";

export interface ClientOptions {
  /** Where the API is; in a browser it may be a path of the page's own site, "" for its root. */
  url?: string;
  /** One of HOST_RUNNER_API_TOKENS, where the API asks for one. */
  token?: string | undefined;
  /** How long a call goes on trying while the API is away, where trying again is safe. */
  patienceMs?: number;
  /** The same for `events`, `runEvents`, `run` and `waitFor`, since they were last in touch: an API that restarts is no end. */
  followPatienceMs?: number;
  /** Told before each further try. */
  onRetry?: RetryListener;
  fetch?: typeof fetch;
}

interface CallOptions {
  /** Ends the call: it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

interface WaitOptions extends CallOptions {
  /** Has the API answer once the task has ended, or the time is up; 300 at most. */
  waitSeconds?: number | undefined;
}

interface SubmitOptions extends WaitOptions {
  /**
   * The same key and content again gets the first answer again, for 24 hours. One is made where none is given, so that
   * a submission whose answer was lost is sent again and makes one task.
   */
  idempotencyKey?: string | undefined;
}

interface ExecutionOptions {
  /** An older execution; the newest without. */
  execution?: number | undefined;
}

interface FollowOptions extends CallOptions, ExecutionOptions {
  /** The `id` of the last event that was seen. */
  lastEventId?: string | undefined;
}

/** All of them together. */
export interface TaskFilter {
  status?: TaskStatus | undefined;
  run_id?: string | undefined;
  labels?: Record<string, string> | undefined;
  created_after?: string | Date | undefined;
  created_before?: string | Date | undefined;
}

interface PageOptions extends CallOptions, TaskFilter {
  /** 50, at most 200. */
  limit?: number | undefined;
  cursor?: string | undefined;
}

interface CallbackOptions extends CallOptions {
  /** Those that could not be delivered, or are owed; the former without. */
  state?: "failed" | "pending" | undefined;
  /** 50, at most 200. */
  limit?: number | undefined;
  cursor?: string | undefined;
}

interface OutputOptions extends CallOptions, ExecutionOptions {
  stream?: OutputStream | "both";
  /** The offset of the first byte wanted, of one stream. */
  from?: number | undefined;
  /** The last lines only. */
  tail?: number | undefined;
}

/** The kept output of an execution's last attempt. */
export interface Output {
  bytes: Uint8Array;
  /** Of the first byte; null where there is none. */
  offset: number | null;
  /** What is not kept between, such as "stdout 1000-2000". */
  gaps: string[];
}

/**
 * Every call of the HTTP API. What crosses the wire has the wire's names. Each call throws `ClientError` alone, or
 * the reason of its signal.
 */
export interface Client {
  /** The task that was made, or that was there already. */
  submit(submission: SubmissionInput, options?: SubmitOptions): Promise<Task>;
  /**
   * Up to 1,000 in one call: a task or a problem for each, in order (`isProblem` tells them apart). It is not sent again
   * where its answer was lost: submit one by one where that matters.
   */
  submitBatch(submissions: readonly SubmissionInput[], options?: CallOptions): Promise<(Task | Problem)[]>;
  get(taskId: string, options?: WaitOptions & ExecutionOptions): Promise<Task>;
  /** One page, newest first. */
  list(options?: PageOptions): Promise<TaskPage>;
  /** All pages, task by task. */
  listAll(filter?: TaskFilter & CallOptions): AsyncGenerator<TaskSummary, void, undefined>;
  /** All executions that are kept, newest first, with their attempts. */
  executions(taskId: string, options?: CallOptions): Promise<Execution[]>;
  /** `canceled` once nothing of it runs, for which the API waits up to 3 s; else as it is. */
  cancel(taskId: string, options?: WaitOptions): Promise<Task>;
  /** The same submission again, as its next execution. */
  rerun(taskId: string, options?: CallOptions): Promise<Task>;
  /** All of it is in memory then, which may be as much as a worker keeps of an execution. */
  output(taskId: string, options?: OutputOptions): Promise<Output>;
  /** How many bytes `output` would have, without having them in memory. */
  outputSize(taskId: string, options?: OutputOptions): Promise<number>;
  /** The execution as it runs, up to its end; goes on by itself over cut connections and restarts of the API. */
  events(taskId: string, options?: FollowOptions): AsyncGenerator<TaskEvent, void, undefined>;
  /** Submits, and tells of it as `events` does. The first event is the task as it was accepted. */
  run(submission: SubmissionInput, options?: SubmitOptions): AsyncGenerator<TaskEvent, void, undefined>;
  /** The task once it has ended, however long that takes: bound it by a signal. */
  waitFor(taskId: string, options?: CallOptions & ExecutionOptions): Promise<Task>;
  getRun(runId: string, options?: CallOptions): Promise<Run>;
  /** Cancels all of its tasks that have not ended. */
  cancelRun(runId: string, options?: CallOptions): Promise<Run>;
  /**
   * Each task of the run at once and whenever it has changed, those too that come later, and the end when all have
   * ended; goes on by itself as `events` does, and tells nothing twice.
   */
  runEvents(runId: string, options?: CallOptions): AsyncGenerator<RunEvent, void, undefined>;
  /** One page of the callbacks that could not be delivered, or are owed. */
  callbacks(options?: CallbackOptions): Promise<CallbackPage>;
  /**
   * Has the last callback of a task sent again, which could not be delivered; `conflict` where there is none such. Where
   * an answer was lost, that it is on its way or delivered by then counts as done.
   */
  redeliver(taskId: string, options?: CallOptions): Promise<Task>;
  /** Those that live. */
  workers(options?: CallOptions): Promise<Worker[]>;
  /** Resolves where the API lives. */
  checkHealth(options?: CallOptions): Promise<void>;
  /** Resolves where it lives and its Redis takes writes. */
  checkReady(options?: CallOptions): Promise<void>;
  /** What this API process counts, in Prometheus' text format. */
  metrics(options?: CallOptions): Promise<string>;
  /** The API's own description, OpenAPI 3.1. */
  openApi(options?: CallOptions): Promise<Record<string, unknown>>;
}

const PATIENCE_MS = 10_000;
const FOLLOW_PATIENCE_MS = 60_000;
/** Three of the API's comments have not come. */
const SILENCE_MS = 45_000;
/** Shorter than what proxies take for a dead connection. */
const WAIT_SECONDS = 25;
const LARGEST_PAGE = 200;

/** A client of one API. It keeps nothing open between its calls. */
export function createClient(options: ClientOptions = {}): Client {
  const { url = DEFAULT_API_URL, token, patienceMs = PATIENCE_MS, onRetry } = options;
  const followPatienceMs = options.followPatienceMs ?? FOLLOW_PATIENCE_MS;
  // Looked up at each call, and called as a function of its own: a browser's refuses another `this`.
  const doFetch: typeof fetch = (input, init) => (options.fetch ?? globalThis.fetch)(input, init);
  const transport = { url, token, fetch: doFetch, patienceMs, onRetry };
  const { call, open } = createTransport(transport);
  const patient = createTransport({ ...transport, patienceMs: followPatienceMs });

  const read = <T>(path: string[], more: Partial<Call> = {}) =>
    call({ method: "GET", path, repeatable: true, ...more }, readJson<T>);
  const change = <T>(path: string[], more: Partial<Call> = {}) =>
    call({ method: "POST", path, repeatable: true, ...more }, readJson<T>);

  /** For who waits for something anyway. */
  const askPatiently = <T>(question: Omit<Call, "method" | "repeatable">) =>
    patient.call({ method: "GET", repeatable: true, ...question }, readJson<T>);

  return {
    submit,
    async submitBatch(tasks, { signal } = {}) {
      const answer = await change<{ tasks: (Task | Problem)[] }>(["tasks", "batch"], {
        body: { tasks },
        repeatable: false,
        signal,
      });
      return answer.tasks;
    },
    get,
    list,
    async *listAll({ signal, ...filter } = {}) {
      for (let cursor: string | undefined; ; ) {
        const page = await list({ ...filter, limit: LARGEST_PAGE, cursor, signal });
        yield* page.tasks;
        if (page.next_cursor === null) return;
        cursor = page.next_cursor;
      }
    },
    async executions(taskId, { signal } = {}) {
      return (await read<ExecutionsAnswer>(["tasks", taskId, "executions"], { signal })).executions;
    },
    cancel: (taskId, { waitSeconds, signal } = {}) =>
      change<Task>(["tasks", taskId, "cancel"], { ...preferWait(waitSeconds), signal }),
    rerun: (taskId, { signal } = {}) =>
      change<Task>(["tasks", taskId, "rerun"], { repeatable: false, signal }),
    output: (taskId, options) => askForOutput(taskId, options, readOutput),
    outputSize: (taskId, options) => askForOutput(taskId, options, readSize),
    events,
    async *run(submission, options = {}) {
      const { stdout: _, stderr: __, ...task } = await submit(submission, options);
      yield { type: "status", id: "", task };
      const { execution } = task;
      for await (const event of events(task.task_id, { execution, signal: options.signal })) {
        // The stream begins with the same again.
        const isKnown =
          event.type === "status" &&
          event.task.status === task.status &&
          event.task.updated_at === task.updated_at;
        if (!isKnown) yield event;
      }
    },
    async waitFor(taskId, { execution, signal } = {}) {
      let wanted = execution;
      for (;;) {
        const task = await askPatiently<Task>({
          path: ["tasks", taskId],
          query: [["execution", wanted]],
          ...preferWait(WAIT_SECONDS),
          signal,
        });
        if (isEnded(task.status)) return task;
        // It may be rerun before the next question.
        wanted = task.execution;
      }
    },
    runEvents: (runId, { signal } = {}) =>
      follow({ path: ["runs", runId, "events"], signal, parse: createRunEventParser() }),
    getRun: (runId, { signal } = {}) => read<Run>(["runs", runId], { signal }),
    cancelRun: (runId, { signal } = {}) => change<Run>(["runs", runId, "cancel"], { signal }),
    callbacks: ({ state, limit, cursor, signal } = {}) =>
      read<CallbackPage>(["callbacks"], { query: Object.entries({ state, limit, cursor }), signal }),
    redeliver,
    async workers({ signal } = {}) {
      return (await read<WorkersAnswer>(["workers"], { signal })).workers;
    },
    async checkHealth({ signal } = {}) {
      await read(["healthz"], { signal });
    },
    async checkReady({ signal } = {}) {
      await read(["readyz"], { signal });
    },
    metrics: ({ signal } = {}) =>
      call({ method: "GET", path: ["metrics"], repeatable: true, signal }, readPlainText),
    openApi: ({ signal } = {}) => read<Record<string, unknown>>(["openapi.json"], { signal }),
  };

  function submit(
    submission: SubmissionInput,
    { idempotencyKey = randomKey(), waitSeconds, signal }: SubmitOptions = {},
  ): Promise<Task> {
    const { headers, ...wait } = preferWait(waitSeconds);
    return change<Task>(["tasks"], {
      body: submission,
      headers: { ...headers, "Idempotency-Key": idempotencyKey },
      ...wait,
      signal,
    });
  }

  function get(
    taskId: string,
    { execution, waitSeconds, signal }: WaitOptions & ExecutionOptions = {},
  ): Promise<Task> {
    const query = [["execution", execution]] as const;
    return read<Task>(["tasks", taskId], { query, ...preferWait(waitSeconds), signal });
  }

  function askForOutput<T>(
    taskId: string,
    { stream, from, tail, execution, signal }: OutputOptions = {},
    read: Read<T>,
  ): Promise<T> {
    const query = Object.entries({ stream, from, tail, execution });
    return call({ method: "GET", path: ["tasks", taskId, "output"], query, repeatable: true, signal }, read);
  }

  /** Twice does no harm: receivers tell by the event's id what they have had. */
  async function redeliver(taskId: string, { signal }: CallOptions = {}): Promise<Task> {
    let isRepeated = false;
    const watched = createTransport({
      ...transport,
      onRetry(retry) {
        isRepeated = true;
        onRetry?.(retry);
      },
    });
    const path = ["tasks", taskId, "callbacks", "redeliver"];
    try {
      return await watched.call({ method: "POST", path, repeatable: true, signal }, readJson<Task>);
    } catch (error) {
      if (!isRepeated || !(error instanceof ClientError) || error.code !== "conflict") throw error;
      // By the try whose answer was lost, unless there is nothing to be sent at all.
      const task = await get(taskId, { signal });
      if (!task.callbacks?.length) throw error;
      return task;
    }
  }

  function list({ labels = {}, limit, cursor, signal, ...filter }: PageOptions = {}): Promise<TaskPage> {
    const query: NonNullable<Call["query"]> = [
      ["status", filter.status],
      ["run_id", filter.run_id],
      ["created_after", toInstant(filter.created_after)],
      ["created_before", toInstant(filter.created_before)],
      ...Object.entries(labels).map(([name, value]) => ["label", `${name}:${value}`] as const),
      ["limit", limit],
      ["cursor", cursor],
    ];
    return read<TaskPage>(["tasks"], { query, signal });
  }

  function events(
    taskId: string,
    { execution, lastEventId, signal }: FollowOptions = {},
  ): AsyncGenerator<TaskEvent, void, undefined> {
    const path = ["tasks", taskId, "events"];
    const query = [["execution", execution]] as const;
    return follow({ path, query, lastEventId, signal, parse: parseTaskEvent });
  }

  function follow<Event extends { type: string }>({
    path,
    query = [],
    ...options
  }: {
    path: string[];
    query?: NonNullable<Call["query"]>;
    lastEventId?: string | undefined;
    signal: AbortSignal | undefined;
    parse: ParseEvent<Event>;
  }): AsyncGenerator<Event, void, undefined> {
    return followEvents({
      ...options,
      open: (last, signal) => {
        const headers = { Accept: "text/event-stream", "Last-Event-ID": last };
        return open({ method: "GET", path, query, headers, signal });
      },
      patienceMs: followPatienceMs,
      silenceMs: SILENCE_MS,
      onRetry,
    });
  }
}

function preferWait(seconds: number | undefined): { headers?: Record<string, string>; waitSeconds?: number } {
  if (seconds === undefined) return {};
  return { headers: { Prefer: `wait=${Math.ceil(seconds)}` }, waitSeconds: seconds };
}

async function readOutput(response: Response, heard: () => void): Promise<Output> {
  const offset = response.headers.get("X-Output-Offset");
  const gaps = response.headers.get("X-Output-Gap");
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(response, heard)) chunks.push(chunk);
  return {
    bytes: concat(chunks),
    offset: offset === null ? null : Number(offset),
    gaps: gaps === null ? [] : gaps.split(", "),
  };
}

/** By the header; a proxy that compresses takes it away, and then the bytes are counted. */
async function readSize(response: Response, heard: () => void): Promise<number> {
  const { headers } = response;
  const size = headers.has("Content-Encoding") ? null : headers.get("Content-Length");
  if (size !== null) {
    response.body?.cancel().catch(() => {});
    return Number(size);
  }
  let bytes = 0;
  for await (const chunk of readChunks(response, heard)) bytes += chunk.length;
  return bytes;
}

/** Not Buffer.concat: a browser has none. */
function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

function toInstant(time: string | Date | undefined): string | undefined {
  return time instanceof Date ? time.toISOString() : time;
}

/** Not crypto.randomUUID: a browser has that on https pages alone. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
