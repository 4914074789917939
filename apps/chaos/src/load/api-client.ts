import { setTimeout as delay } from "node:timers/promises";
import type { Execution, Task } from "@host-runner/contracts";
import { type Answer, type Call, toSeenTask } from "../evidence/answer.ts";
import type { Random } from "../random.ts";

export interface ApiRequest {
  call: Call;
  /** Of a submission. */
  body?: Record<string, unknown>;
  /** The client hangs up after so long. */
  hangUpAfterMs?: number;
  /** The number of the API; any, where it is not given. */
  api?: number;
}

export interface ApiClient {
  /** Asks once. Whatever comes of it is an answer, and noted. */
  ask(request: ApiRequest): Promise<Answer>;
  /** Asks, as a good client does, until there is an answer that a further try cannot better. Null: stopped before. */
  insist(request: ApiRequest): Promise<Answer | null>;
  /** All executions of a task; null where the API did not tell. */
  executions(taskId: string): Promise<Execution[] | null>;
}

interface ApiClientOptions {
  urls: readonly string[];
  random: Random;
  note: (answer: Answer) => void;
  /** Nobody waits for an answer any more. */
  stop: AbortSignal;
}

/** An API that has not answered by then is frozen or gone. */
const GIVE_UP_MS = 8_000;

const FIRST_PAUSE_MS = 60;
const LONGEST_PAUSE_MS = 2_000;

/** A client of all APIs at once, as behind a load balancer that does not know which of them lives. */
export function createApiClient({ urls, random, note, stop }: ApiClientOptions): ApiClient {
  return {
    ask: async (request) => (await send(request)).answer,

    async insist(request) {
      for (let pauseMs = FIRST_PAUSE_MS; !stop.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
        const { answer } = await send(request);
        if (isSettled(answer.status)) return answer;
        await delay(pauseMs, undefined, { signal: stop }).catch(() => {});
      }
      return null;
    },

    async executions(taskId) {
      const { body } = await send({ call: { kind: "executions", taskId } });
      return (body as { executions?: Execution[] } | null)?.executions ?? null;
    },
  };

  async function send({ call, body, hangUpAfterMs, api }: ApiRequest) {
    const number = api ?? random.integer(0, urls.length - 1);
    const sentAt = Date.now();
    const told = await request(`${urls[number]}${pathOf(call)}`, {
      method: call.kind === "read" || call.kind === "executions" ? "GET" : "POST",
      headers: {
        ...(body && { "content-type": "application/json" }),
        ...(call.kind === "submit" && call.key !== null && { "idempotency-key": call.key }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(Math.ceil(hangUpAfterMs ?? GIVE_UP_MS)),
    });
    const answer: Answer = { call, api: number, sentAt, receivedAt: Date.now(), ...told.summary };
    const isTask = told.isGood && call.kind !== "executions";
    if (isTask) answer.task = toSeenTask(told.body as Task);
    note(answer);
    return { answer, body: told.isGood ? told.body : null };
  }
}

type Told = Pick<Answer, "status" | "retryAfter" | "problem" | "task">;

async function request(
  url: string,
  init: RequestInit,
): Promise<{ summary: Told; isGood: boolean; body: unknown }> {
  try {
    const response = await fetch(url, init);
    const body: unknown = await response.json();
    const { ok, status, headers, statusText } = response;
    const problem = ok ? null : String((body as { detail?: unknown }).detail ?? statusText);
    const retryAfter = Number(headers.get("retry-after")) > 0;
    return { summary: { status, retryAfter, problem, task: null }, isGood: ok, body };
  } catch (error) {
    const { message, cause } = error as Error;
    const problem = cause instanceof Error ? `${message}: ${cause.message}` : message;
    return { summary: { status: null, retryAfter: false, problem, task: null }, isGood: false, body: null };
  }
}

/** The API says itself that the others pass; an internal error may as well. */
function isSettled(status: number | null): boolean {
  return status !== null && status !== 429 && status < 500;
}

function pathOf(call: Call): string {
  if (call.kind === "submit") return "/tasks";
  const path = `/tasks/${encodeURIComponent(call.taskId)}`;
  if (call.kind !== "read") return `${path}/${call.kind}`;
  return call.execution === null ? path : `${path}?execution=${call.execution}`;
}
