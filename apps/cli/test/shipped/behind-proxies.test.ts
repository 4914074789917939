import { Agent, createServer, get, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createGzip } from "node:zlib";
import { type Fleet, withFleet, withRedis } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { withShipped } from "./with-shipped.ts";

/** A task that goes on until it is canceled. */
const hanging = { task_id: "t", prompt: "mock:hang" };

describe("behind a proxy that compresses", () => {
  it("events arrive when they happen", () =>
    withShippedFleet((fleet) =>
      withCompressingProxy(fleet.url, async (url) => {
        await fleet.call("POST", "/tasks", hanging);
        const listed = await fetch(`${url}/tasks`, compressed);
        expect(listed.headers.get("Content-Encoding")).toBe("gzip");
        expect(await listed.json()).toMatchObject({ tasks: [{ task_id: "t" }] });

        const { body, headers } = await fetch(`${url}/tasks/t/events`, compressed);
        expect(headers.get("Cache-Control")).toBe("no-store, no-transform");
        const text = body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
        let seen = "";
        while (!seen.includes("event: status")) seen += (await text.next()).value;
        // Something comes at once, whatever there is to tell.
        expect(seen).toMatch(/^: /);
        await fleet.call("POST", "/tasks/t/cancel");
        while (!seen.includes("event: end")) seen += (await text.next()).value;
      }),
    ));
});

describe("behind a load balancer", () => {
  it("a connection can be used again after a while", () =>
    withShippedFleet(async ({ url }) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        const first = await answerOf(`${url}/healthz`, agent);
        const [, seconds] = /timeout=(\d+)/.exec(String(first.headers["keep-alive"])) ?? [];
        // Load balancers keep theirs for 60 s.
        expect(Number(seconds)).toBeGreaterThan(60);
        // What is tested is time itself: Node's own default is 5 s and another one.
        await delay(6_500);
        const second = await answerOf(`${url}/healthz`, agent);
        expect(second.socket).toBe(first.socket);
      } finally {
        agent.destroy();
      }
    }));

  it("idle connections do not hold up the API's stop", () =>
    withShippedFleet(async ({ url, api }) => {
      const agent = new Agent({ keepAlive: true });
      try {
        await answerOf(`${url}/healthz`, agent);
        const startedAt = performance.now();
        api.child.kill("SIGTERM");
        expect(await api.exit).toEqual({ code: 0, signal: null });
        expect(performance.now() - startedAt).toBeLessThan(2_000);
      } finally {
        agent.destroy();
      }
    }));
});

const withShippedFleet = (body: (fleet: Fleet) => Promise<void>) =>
  withShipped(({ main: program }) =>
    withRedis(({ url: redisUrl, name: queue }) => withFleet({ redisUrl, queue, workers: 1, program }, body)),
  );

const compressed = { headers: { "Accept-Encoding": "gzip" } };

/** Compresses as nginx and the middleware `compression` do: everything for whoever takes it, but what says no-transform. */
async function withCompressingProxy(target: string, body: (url: string) => Promise<void>): Promise<void> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const onward = request(target + url, { method, headers }, (answer) => {
      const { "content-length": _, ...rest } = answer.headers;
      const isAsIs = answer.headers["cache-control"]?.includes("no-transform");
      if (isAsIs || !headers["accept-encoding"]?.includes("gzip")) {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      } else {
        outgoing.writeHead(answer.statusCode!, { ...rest, "content-encoding": "gzip" });
        answer.pipe(createGzip()).pipe(outgoing);
      }
    });
    outgoing.once("close", () => onward.destroy());
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    await body(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  } finally {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  }
}

/** The answer, read to its end. */
function answerOf(url: string, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => answer.resume().once("end", () => resolve(answer))).on("error", reject);
  });
}
