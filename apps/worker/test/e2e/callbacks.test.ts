import { createServer, type Server } from "node:http";
import type { CallbackBody, Task } from "@host-runner/contracts";
import { type Fleet, findProcesses, freePort, waitFor, withFleet, withOwnRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";

interface Received extends CallbackBody {
  token: string | undefined;
  webhookId: string | undefined;
}

interface Receiver {
  port: number;
  url: string;
  received: Received[];
  /** What it answers to a callback; 204 where it is not set. */
  answer: (body: Received) => number | Promise<number>;
  start(): Promise<void>;
  /** Ends it, connections and all. */
  stop(): Promise<void>;
}

async function withReceiver(body: (receiver: Receiver) => Promise<void>): Promise<void> {
  let server: Server | undefined;
  const receiver: Receiver = {
    port: await freePort(),
    url: "",
    received: [],
    answer: () => 204,
    start: () =>
      new Promise((resolve) => {
        server = createServer(async (request, response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of request) chunks.push(chunk);
          const { "x-runner-token": token, "webhook-id": webhookId } = request.headers as Record<
            string,
            string
          >;
          const callback = { ...JSON.parse(Buffer.concat(chunks).toString()), token, webhookId };
          receiver.received.push(callback);
          response.writeHead(await receiver.answer(callback)).end();
        }).listen(receiver.port, "127.0.0.1", resolve);
      }),
    stop: () =>
      new Promise((resolve) => {
        server?.close(() => resolve());
        server?.closeAllConnections();
      }),
  };
  receiver.url = `http://localhost:${receiver.port}/callback`;
  await receiver.start();
  try {
    await body(receiver);
  } finally {
    await receiver.stop();
  }
}

const submit = (fleet: Fleet, { url }: Receiver, task_id: string, fields: object = {}) =>
  fleet.call("POST", "/tasks", {
    task_id,
    prompt: "hi",
    status_callback_url: url,
    status_callback_token: "t0ken",
    ...fields,
  });

const untilReceived = ({ received }: Receiver, status: string, task_id: string) =>
  waitFor(() => received.find((callback) => callback.status === status && callback.task_id === task_id), {
    description: `${status} of ${task_id} is received`,
    timeoutMs: 40_000,
  });

describe("callbacks, over a fleet of real processes", () => {
  it(
    "tell the truth: who asks for the task on receiving its end finds it ended, and nothing of it runs",
    () =>
      withOwnRedis(({ url: redisUrl }) =>
        withReceiver((receiver) =>
          withFleet(
            {
              redisUrl,
              queue: "q",
              workers: 2,
              env: {
                HOST_RUNNER_EXECUTOR: "shell",
                HOST_RUNNER_CMD_TEMPLATE: "sleep {prompt}",
                HOST_RUNNER_SHELL: "none",
                HOST_RUNNER_CALLBACK_SECRET: "a secret of ours",
                HOST_RUNNER_GRACE_SECONDS: "0.2",
              },
            },
            async (fleet) => {
              const prompt = String(50_000 + process.pid / 100_000);
              const found: unknown[] = [];
              receiver.answer = async ({ status, task_id }) => {
                if (status === "running") return 204;
                const { body } = await fleet.call<Task>("GET", `/tasks/${task_id}`);
                // The caller's next step: the same task again.
                const again = await submit(fleet, receiver, task_id, { prompt });
                found.push([body.status, findProcesses(prompt).length, again.status]);
                receiver.answer = () => 204;
                return 204;
              };
              await submit(fleet, receiver, "t", { prompt });
              await untilReceived(receiver, "running", "t");
              await fleet.call("POST", "/tasks/t/cancel");
              const ended = await untilReceived(receiver, "canceled", "t");
              expect(ended).toMatchObject({
                token: "t0ken",
                webhookId: ended.event_id,
                message: "canceled by api",
              });
              await waitFor(() => found.length > 0, { description: "the receiver has asked back" });
              expect(found).toEqual([["canceled", 0, 202]]);
              await waitFor(() => receiver.received.length === 3, { description: "the next execution runs" });
              expect(receiver.received[2]).toMatchObject({ status: "running", execution: 2, seq: 3 });
            },
          ),
        ),
      ),
    60_000,
  );

  it(
    "arrive in order and with one id each, whoever is killed: receiver, worker and Redis",
    () =>
      withOwnRedis((redis) =>
        withReceiver((receiver) =>
          withFleet({ redisUrl: redis.url, queue: "q", workers: 2 }, async (fleet) => {
            // The receiver is down when it all happens.
            await receiver.stop();
            const ids = Array.from({ length: 20 }, (_, i) => `t${i}`);
            for (const id of ids) await submit(fleet, receiver, id);
            await waitFor(
              async () =>
                (await fleet.call<{ tasks: Task[] }>("GET", "/tasks?status=success")).body.tasks.length ===
                20,
              { description: "all have ended", timeoutMs: 20_000 },
            );
            // One that is sending, and is killed while the receiver is slow to answer.
            receiver.answer = () => new Promise(() => {});
            await receiver.start();
            await waitFor(() => receiver.received.length > 0, {
              description: "something is sent",
              timeoutMs: 20_000,
            });
            fleet.workers[0]?.child.kill("SIGKILL");
            await redis.restart();
            await receiver.stop();
            receiver.answer = () => 204;
            await receiver.start();
            for (const id of ids) await untilReceived(receiver, "success", id);

            for (const id of ids) {
              const callbacks = receiver.received.filter(({ task_id }) => task_id === id);
              const lastRunning = callbacks.findLastIndex(({ status }) => status === "running");
              const firstEnd = callbacks.findIndex(({ status }) => status === "success");
              expect(lastRunning).toBeLessThan(firstEnd);
              expect(new Set(callbacks.map(({ event_id }) => event_id)).size).toBe(2);
            }
            const { body } = await fleet.call<{ callbacks: unknown[] }>("GET", "/callbacks?state=failed");
            expect(body.callbacks).toEqual([]);
          }),
        ),
      ),
    120_000,
  );

  it(
    "of a task that ends while its worker stops are sent before that worker exits",
    () =>
      withOwnRedis(({ url: redisUrl }) =>
        withReceiver((receiver) =>
          withFleet({ redisUrl, queue: "q", workers: 1 }, async (fleet) => {
            await submit(fleet, receiver, "t", { prompt: "mock:sleep 1" });
            await untilReceived(receiver, "running", "t");
            const [worker] = fleet.workers;
            worker?.child.kill("SIGTERM");
            expect(await worker?.exit).toEqual({ code: 0, signal: null });
            expect(receiver.received.map(({ status }) => status)).toEqual(["running", "success"]);
          }),
        ),
      ),
    60_000,
  );

  it(
    "keep no worker from exiting for longer than 5 s where the receiver does not answer",
    () =>
      withOwnRedis(({ url: redisUrl }) =>
        withReceiver((receiver) =>
          withFleet({ redisUrl, queue: "q", workers: 1 }, async (fleet) => {
            await submit(fleet, receiver, "t", { prompt: "mock:sleep 1" });
            await untilReceived(receiver, "running", "t");
            receiver.answer = () => new Promise(() => {});
            const [worker] = fleet.workers;
            const stoppedAt = performance.now();
            worker?.child.kill("SIGTERM");
            expect(await worker?.exit).toEqual({ code: 0, signal: null });
            // The task takes 1 s, the callback 5 s, and ending connections 2 s.
            expect(performance.now() - stoppedAt).toBeLessThan(10_000);
          }),
        ),
      ),
    60_000,
  );

  it(
    "that are refused are listed, counted, and sent again on request; no token is in any log",
    () =>
      withOwnRedis(({ url: redisUrl }) =>
        withReceiver((receiver) =>
          withFleet({ redisUrl, queue: "q", workers: 1 }, async (fleet) => {
            receiver.answer = () => 401;
            await submit(fleet, receiver, "t");
            const failed = await waitFor(
              async () => {
                const { body } = await fleet.call<{ callbacks: object[] }>("GET", "/callbacks?state=failed");
                return body.callbacks.length === 2 && body.callbacks;
              },
              { description: "both are refused" },
            );
            expect(failed[1]).toMatchObject({
              task_id: "t",
              status: "success",
              http_status: 401,
              detail: "answered 401",
            });
            const metrics = await (await fetch(`${fleet.workers[0]?.url}/metrics`)).text();
            expect(metrics).toContain('hostrunner_callbacks_total{result="failed"} 2');
            receiver.answer = () => 204;
            const { status } = await fleet.call("POST", "/tasks/t/callbacks/redeliver");
            expect(status).toBe(202);
            await waitFor(() => receiver.received.length === 3, { description: "it is sent again" });
            expect(receiver.received[2]?.event_id).toBe(receiver.received[1]?.event_id);
            expect(fleet.workers[0]?.log() + fleet.api.log()).not.toContain("t0ken");
          }),
        ),
      ),
    60_000,
  );
});
