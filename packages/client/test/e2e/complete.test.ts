import { readFileSync } from "node:fs";
import { type Client, createClient } from "@host-runner/client";
import { withFleet, withRedis } from "@host-runner/testing";
import { expect, it } from "@jest/globals";

/** Each call of the client, with all that it can send. */
const calls: Record<keyof Client, (client: Client) => Promise<unknown>> = {
  submit: (client) => client.submit({ prompt: "x" }),
  submitBatch: (client) => client.submitBatch([{ prompt: "x" }]),
  get: (client) => client.get("t", { execution: 1 }),
  list: (client) =>
    client.list({
      ...{ status: "failed", run_id: "r", labels: { a: "b" }, limit: 1, cursor: "c" },
      ...{ created_after: new Date(0), created_before: new Date(0) },
    }),
  listAll: (client) => client.listAll().next(),
  executions: (client) => client.executions("t"),
  cancel: (client) => client.cancel("t"),
  rerun: (client) => client.rerun("t"),
  output: (client) => client.output("t", { stream: "stdout", from: 1, tail: 1, execution: 1 }),
  outputSize: (client) => client.outputSize("t"),
  events: (client) => client.events("t", { execution: 1 }).next(),
  run: (client) => client.run({ prompt: "x" }).next(),
  waitFor: (client) => client.waitFor("t"),
  getRun: (client) => client.getRun("r"),
  cancelRun: (client) => client.cancelRun("r"),
  runEvents: (client) => client.runEvents("r").next(),
  callbacks: (client) => client.callbacks({ state: "failed", limit: 1, cursor: "1" }),
  redeliver: (client) => client.redeliver("t"),
  workers: (client) => client.workers(),
  checkHealth: (client) => client.checkHealth(),
  checkReady: (client) => client.checkReady(),
  metrics: (client) => client.metrics(),
  openApi: (client) => client.openApi(),
};

/** For callers that have no client: the same under other names. */
const doubles = ["POST /tasks/submit", "GET /health"];

interface Description {
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
}

/** `GET /tasks ?cursor`, for an operation and for each parameter in its query. */
function describeOperations({ paths }: Description): string[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { parameters = [] }]) => {
      const operation = `${method.toUpperCase()} ${path}`;
      const queries = parameters.filter((parameter) => parameter.in === "query");
      return [operation, ...queries.map(({ name }) => `${operation} ?${name}`)];
    }),
  );
}

/** What the client sends, in the same form. */
async function describeRequests(): Promise<string[]> {
  const seen = new Set<string>();
  const refuse: typeof fetch = async (input, init) => {
    const { pathname, searchParams } = new URL(String(input));
    const path = pathname
      .replace(/^\/tasks\/t(?=\/|$)/, "/tasks/{task_id}")
      .replace(/^\/runs\/r/, "/runs/{run_id}");
    const operation = `${init?.method} ${path}`;
    seen.add(operation);
    for (const name of searchParams.keys()) seen.add(`${operation} ?${name}`);
    return new Response("", { status: 418 });
  };
  const client = createClient({ fetch: refuse });
  for (const call of Object.values(calls)) await call(client).catch(() => {});
  return [...seen];
}

it("makes every call that the API describes, with every parameter, and no other", () =>
  withRedis(({ url: redisUrl, name: queue }) =>
    withFleet({ redisUrl, queue, workers: 0 }, async ({ url }) => {
      const client = createClient({ url });
      const described = describeOperations((await client.openApi()) as unknown as Description);
      expect([...(await describeRequests()), ...doubles].sort()).toEqual(described.sort());
      expect(await client.metrics()).toMatch(/^# TYPE hostrunner_/m);
    }),
  ));

it("has a line in its README for every call", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const named = readme
    .split("## All calls")[1]!
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...line.split(" |")[0]!.matchAll(/`(\w+)\(/g)].map(([, name]) => name));
  expect(named.sort()).toEqual(Object.keys(calls).sort());
});
