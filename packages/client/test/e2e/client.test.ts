import { writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type Client, createClient, type RunEvent, type TaskEvent } from "@host-runner/client";
import {
  callbackPageSchema,
  executionsAnswerSchema,
  runEventSchema,
  runSchema,
  taskEventSchema,
  taskPageSchema,
  taskSchema,
  workersAnswerSchema,
} from "@host-runner/contracts";
import { type Fleet, waitFor, withFleet, withReceiver, withRedis, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";

const env = {
  HOST_RUNNER_EXECUTOR: "shell",
  HOST_RUNNER_SHELL: "none",
  HOST_RUNNER_CMD_TEMPLATE: "bash -c 'eval \"$1\"' bash {prompt}",
};

/** A fleet whose commands are the prompts themselves. */
function withClient(body: (client: Client, fleet: Fleet) => Promise<void>): Promise<void> {
  return withRedis(({ url, name }) =>
    withFleet({ redisUrl: url, queue: name, workers: 1, env }, (fleet) =>
      body(createClient({ url: fleet.url }), fleet),
    ),
  );
}

const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i + 1} é\n`).join("");
const textOf = (events: TaskEvent[], stream: string) =>
  events.map((event) => (event.type === "output" && event.stream === stream ? event.text : "")).join("");

describe("the client of a real API", () => {
  it("answers each call with what the contract says", () =>
    withClient(async (client) => {
      const submitted = await client.submit({
        prompt: "echo hello; echo problem >&2",
        task_id: "a/b",
        run_id: "night",
        labels: { team: "infra" },
        metadata: { ticket: 7 },
      });
      taskSchema.strict().parse(submitted);
      expect(await client.waitFor("a/b")).toMatchObject({ status: "success", stdout: "hello\n" });
      taskSchema.strict().parse(await client.get("a/b", { execution: 1 }));
      const page = await client.list({ labels: { team: "infra" }, limit: 1, created_after: new Date(0) });
      expect(taskPageSchema.strict().parse(page).tasks).toMatchObject([{ task_id: "a/b" }]);
      const executions = await client.executions("a/b");
      expect(executionsAnswerSchema.parse({ executions }).executions).toHaveLength(1);
      const output = await client.output("a/b", { stream: "stdout", from: 1 });
      expect([new TextDecoder().decode(output.bytes), output.offset]).toEqual(["ello\n", 1]);
      expect(await client.rerun("a/b")).toMatchObject({ execution: 2 });
      expect(runSchema.strict().parse(await client.getRun("night")).tasks).toHaveLength(1);
      await client.waitFor("a/b");

      await client.submitBatch([
        { prompt: "sleep 60", task_id: "long", run_id: "night" },
        { prompt: "sleep 60", task_id: "longer", run_id: "night" },
      ]);
      expect(await client.cancel("long")).toMatchObject({ status: "canceled", reason: "canceled" });
      expect((await client.cancelRun("night")).counts).toMatchObject({ canceled: 2, success: 1 });
      const all: string[] = [];
      for await (const { task_id } of client.listAll({ run_id: "night" })) all.push(task_id);
      expect(all.sort()).toEqual(["a/b", "long", "longer"]);
      const workers = await client.workers();
      expect(workersAnswerSchema.parse({ workers }).workers).toMatchObject([
        { executors: ["mock", "shell"] },
      ]);
      await client.checkHealth();
      await client.checkReady();
      await expect(client.get("unknown")).rejects.toMatchObject({ code: "not_found", status: 404 });
    }));

  it("runs a prompt, tells of its output in both streams and of its end", () =>
    withClient(async (client) => {
      const events: TaskEvent[] = [];
      for await (const event of client.run({ prompt: "echo out; echo err >&2; exit 3" })) events.push(event);
      expect([textOf(events, "stdout"), textOf(events, "stderr")]).toEqual(["out\n", "err\n"]);
      for (const event of events) {
        const { type, id, ...data } = event;
        const sent = { event: type, id, data: event.type === "status" ? event.task : data };
        expect(taskEventSchema.parse(sent)).toEqual(sent);
      }
      const statuses = events.flatMap((event) => (event.type === "status" ? [event.task.status] : []));
      expect([statuses[0], statuses.at(-1)]).toEqual(["queued", "failed"]);
      expect(events.at(-1)).toMatchObject({ type: "end", status: "failed" });
    }));

  it("makes one task of many submissions with one key", () =>
    withClient(async (client) => {
      const idempotencyKey = "the same";
      const submissions = Array.from({ length: 5 }, () =>
        client.submit({ prompt: "true" }, { idempotencyKey }),
      );
      expect(new Set((await Promise.all(submissions)).map(({ task_id }) => task_id)).size).toBe(1);
    }));
});

/** Passes bytes on to a port, and cuts every connection after some of the API's. */
async function withCuttingProxy(
  port: number,
  cutAfterBytes: () => number,
  body: (proxy: { url: string; cuts: () => number }) => Promise<void>,
): Promise<void> {
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(port, "127.0.0.1");
    let left = cutAfterBytes();
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        inner.destroy();
        outer.destroy();
      });
    }
    inner.pipe(outer);
    outer.on("data", (chunk: Buffer) => {
      inner.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left > 0) return;
      cuts += 1;
      inner.end();
      outer.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as { port: number };
  try {
    await body({ url: `http://127.0.0.1:${own}`, cuts: () => cuts });
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("following", () => {
  it("loses and doubles no byte over many cuts of the connection", () =>
    withClient(async (client, { url }) => {
      await client.submit({
        task_id: "t",
        prompt: "for i in $(seq 400); do echo line $i é; sleep 0.001; done",
      });
      let size = 3_000;
      // A prime step: cuts in all kinds of places.
      const cutAfter = () => {
        size += 1_009;
        return size;
      };
      await withCuttingProxy(Number(new URL(url).port), cutAfter, async (proxy) => {
        const events: TaskEvent[] = [];
        for await (const event of createClient({ url: proxy.url }).events("t")) events.push(event);
        expect(textOf(events, "stdout")).toBe(lines(400));
        expect(events.at(-1)).toMatchObject({ type: "end", status: "success" });
        expect(proxy.cuts()).toBeGreaterThan(2);
      });
    }));

  it.each(["SIGTERM", "SIGKILL"] as const)(
    "goes on over a restart of the API, ended by %s, and so does waiting",
    (signal) =>
      withClient(async (client, fleet) => {
        const prompt = "for i in $(seq 300); do echo line $i é; sleep 0.02; done";
        await client.submit({ task_id: "t", prompt });
        const ended = client.waitFor("t");
        const events: TaskEvent[] = [];
        let restarted: Promise<void> | undefined;
        for await (const event of client.events("t")) {
          events.push(event);
          if (restarted || event.type !== "output") continue;
          restarted = (async () => {
            fleet.api.child.kill(signal);
            await fleet.api.exit;
            await fleet.startApi();
          })();
        }
        await restarted;
        expect(textOf(events, "stdout")).toBe(lines(300));
        expect(await ended).toMatchObject({ status: "success" });
      }),
  );

  it("an execution that is rerun meanwhile stays with that one", () =>
    withClient(async (client) => {
      await client.submit({ task_id: "t", prompt: "echo once" });
      await client.waitFor("t");
      await client.rerun("t");
      await client.waitFor("t");
      const events: TaskEvent[] = [];
      for await (const event of client.events("t", { execution: 1 })) events.push(event);
      expect(events.at(-1)).toMatchObject({ type: "end", execution: 1 });
      expect(textOf(events, "stdout")).toBe("once\n");
      const again = client.events("t", { lastEventId: events.at(-1)!.id });
      expect(await again.next()).toEqual({ done: true, value: undefined });
    }));
});

function toSent({ type, ...event }: RunEvent) {
  return "task" in event ? { event: type, data: event.task } : { event: type, id: type, data: event };
}

describe("following a run", () => {
  it("tells of each task as it changes, of those too that come later, and of the end", () =>
    withTempDir((dir) =>
      withClient(async (client) => {
        const mayEnd = join(dir, "may-end");
        const prompt = `until [ -e '${mayEnd}' ]; do sleep 0.1; done`;
        await client.submit({ task_id: "first", prompt, run_id: "night" });
        const seen: string[] = [];
        const states = new Set<string>();
        for await (const event of client.runEvents("night")) {
          if (seen.length === 0) await client.submit({ task_id: "later", prompt: "true", run_id: "night" });
          expect(runEventSchema.parse(toSent(event))).toEqual(toSent(event));
          if (event.type === "end") expect(event.counts).toMatchObject({ success: 2, running: 0, queued: 0 });
          seen.push(event.type === "end" ? event.type : `${event.task.task_id} ${event.task.status}`);
          states.add(JSON.stringify(event));
          if (seen.at(-1) === "later success") writeFileSync(mayEnd, "");
        }
        expect(seen.slice(-3)).toEqual(["later success", "first success", "end"]);
        expect(states.size).toBe(seen.length);
        await expect(client.runEvents("unknown").next()).rejects.toMatchObject({ code: "not_found" });
      }),
    ));

  it("goes on over a restart of the API, and tells nothing twice", () =>
    withTempDir((dir) =>
      withClient(async (client, fleet) => {
        const mayEnd = join(dir, "may-end");
        await client.submitBatch([
          { task_id: "a", prompt: "true", run_id: "night" },
          { task_id: "b", prompt: "true", run_id: "night" },
          { task_id: "slow", prompt: `until [ -e '${mayEnd}' ]; do sleep 0.1; done`, run_id: "night" },
        ]);
        for (const taskId of ["a", "b"]) await client.waitFor(taskId);
        const isRunning = async () => (await client.get("slow")).status === "running";
        await waitFor(isRunning, { description: "the slow one runs" });
        const statuses: string[] = [];
        let restarted: Promise<void> | undefined;
        for await (const event of client.runEvents("night")) {
          statuses.push(event.type === "status" ? event.task.status : event.type);
          if (restarted || statuses.length < 3) continue;
          restarted = (async () => {
            fleet.api.child.kill("SIGKILL");
            await fleet.api.exit;
            await fleet.startApi();
            writeFileSync(mayEnd, "");
          })();
        }
        await restarted;
        expect(statuses.slice(0, 3).sort()).toEqual(["running", "success", "success"]);
        expect(statuses.slice(3)).toEqual(["success", "end"]);
      }),
    ));
});

it("lists callbacks that could not be delivered, and has them sent again", () => {
  let status = 401;
  return withReceiver(
    (_, response) => response.writeHead(status).end(),
    ({ url, port }) =>
      withClient(async (client) => {
        await client.submit({ task_id: "told", prompt: "true", status_callback_url: url });
        const failed = await waitFor(
          async () => {
            const page = await client.callbacks({ state: "failed", limit: 10 });
            return page.callbacks.length === 2 && page;
          },
          { description: "both are refused" },
        );
        expect(callbackPageSchema.strict().parse(failed).callbacks).toMatchObject([
          { task_id: "told", status: "running", receiver: `http://127.0.0.1:${port}`, http_status: 401 },
          { task_id: "told", status: "success", state: "failed" },
        ]);
        status = 204;
        taskSchema.strict().parse(await client.redeliver("told"));
        await waitFor(async () => (await client.get("told")).callbacks?.at(-1)?.state === "delivered", {
          description: "the end is delivered",
        });
        await expect(client.redeliver("told")).rejects.toMatchObject({ code: "conflict", status: 409 });
        expect(await client.callbacks({ state: "pending" })).toEqual({ callbacks: [], next_cursor: null });
      }),
  );
});

it("waits no longer than its signal lets it", () =>
  withClient(async (client) => {
    await client.submit({ task_id: "long", prompt: "sleep 60" });
    const controller = new AbortController();
    const waiting = client.waitFor("long", { signal: controller.signal });
    await waitFor(async () => (await client.get("long")).status === "running", { description: "it runs" });
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await client.cancel("long");
  }));
