import { type Client, ClientError, type SubmissionInput } from "@host-runner/client";
import type { Target } from "../../settings/choose-target.ts";
import { type Finding, ok, problem, skipped, warning } from "./finding.ts";

const SLOW_MS = 500;

/** Everything that can be seen through the API. Submits nothing. */
export async function checkApi(
  client: Client,
  { url, urlFrom, token, tokenFrom }: Target,
): Promise<Finding[]> {
  const startedAt = performance.now();
  const failure = await failureOf(client.checkHealth());
  const ms = performance.now() - startedAt;
  const where = `${url} (${urlFrom})`;
  if (failure) {
    const mend =
      "start it with `host-runner up` or `npm start`, or say where it is: --url, HOST_RUNNER_URL, a profile";
    return [problem("API", `${failure.message}; asked at ${where}`, mend)];
  }
  const answered = `answers at ${where} in ${ms.toFixed(0)} ms`;
  const api =
    ms > SLOW_MS ? warning("API", answered, "look at its load and at the network") : ok("API", answered);
  const may = await checkToken(client, token === undefined ? null : tokenFrom);
  if (may.level === "problem") return [api, may];
  return [api, may, await checkQueue(client), ...(await checkWorkers(client)), await checkCallbacks(client)];
}

async function checkToken(client: Client, tokenFrom: string | null): Promise<Finding> {
  const what = "Token";
  const from = tokenFrom === null ? "none" : `from ${tokenFrom}`;
  const reading = await failureOf(client.list({ limit: 1 }));
  if (reading?.status === 401) {
    const detail =
      tokenFrom === null ? "the API asks for one, and there is none" : `${from}: the API does not know it`;
    return problem(
      what,
      detail,
      "set HOST_RUNNER_TOKEN, or a profile's token, to one of HOST_RUNNER_API_TOKENS",
    );
  }
  // Refused for what is missing in it, or before that because the token must not write.
  const writing = await failureOf(client.submit({} as SubmissionInput));
  if (writing?.status === 403) {
    return warning(
      what,
      `${from}: it may read alone`,
      "to submit and cancel, use a token with scope write or admin",
    );
  }
  return ok(what, tokenFrom === null ? "none is needed" : `${from}: it may read and write`);
}

async function checkQueue(client: Client): Promise<Finding> {
  const failure = await failureOf(client.checkReady());
  if (!failure) return ok("Queue", "takes writes");
  return problem("Queue", failure.message, "look at the Redis that the API uses, and at the API's log");
}

async function checkWorkers(client: Client): Promise<Finding[]> {
  const what = "Workers";
  const workers = await client.workers().catch(() => null);
  if (workers === null) return [skipped(what, "the API does not tell")];
  if (workers.length === 0) {
    return [
      problem(what, "none lives: nothing runs", "start one: REDIS_URL=... node apps/worker/dist/main.js"),
    ];
  }
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  const busy = workers.reduce((sum, { tasks }) => sum + tasks.length, 0);
  const executors = [...new Set(workers.flatMap((worker) => worker.executors))].join(", ");
  const detail = `${workers.length} live, ${busy} of ${slots} slots are busy, executors: ${executors}`;
  const findings = [ok(what, detail)];
  if (!executors.includes("shell")) {
    const mend =
      "to run commands, start a worker with HOST_RUNNER_EXECUTOR=shell and HOST_RUNNER_CMD_TEMPLATE";
    findings.push(warning(what, "none runs commands: mock alone", mend));
  }
  return findings;
}

const LARGEST_PAGE = 200;

/** What callers should have been told and were not. */
async function checkCallbacks(client: Client): Promise<Finding> {
  const what = "Callbacks";
  const page = await client.callbacks({ state: "failed", limit: LARGEST_PAGE }).catch(() => null);
  if (page === null) return skipped(what, "the API does not tell");
  // The others were followed by an end, which was taken or is among these.
  const [last, ...others] = page.callbacks.filter(({ status }) => status !== "running");
  if (!last) return ok(what, "none has failed");
  const count = page.next_cursor === null ? others.length + 1 : `more than ${others.length}`;
  const mend = "look at `host-runner callbacks`; when the receiver is mended, `host-runner redeliver --all`";
  return warning(what, `${count} could not be delivered, the last to ${last.receiver}: ${last.detail}`, mend);
}

async function failureOf(call: Promise<unknown>): Promise<ClientError | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof ClientError) return error;
    throw error;
  }
}
