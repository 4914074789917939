import type { RequestListener } from "node:http";
import { createServer, type Socket } from "node:net";
import { freePort, waitFor, withReceiver } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { callbackBody, callbackTo, withSender } from "./with-sender.ts";

const ok: RequestListener = (_request, response) => response.end("ok");
const DELIVERED = { kind: "delivered", status: 200 };

describe("connections", () => {
  it("are kept for the callbacks that follow", async () => {
    await withReceiver(ok, (receiver) =>
      withSender({}, async (sender) => {
        for (let i = 0; i < 20; i++) expect(await sender.send(callbackTo(receiver.url))).toEqual(DELIVERED);
        expect(receiver.requests).toHaveLength(20);
        expect(receiver.connections).toHaveLength(1);
      }),
    );
  });

  it("are as many as callbacks are sent at a time, and kept as well", async () => {
    await withReceiver(ok, (receiver) =>
      withSender({}, async (sender) => {
        for (let round = 0; round < 3; round++) {
          await Promise.all(Array.from({ length: 5 }, () => sender.send(callbackTo(receiver.url))));
        }
        expect(receiver.requests).toHaveLength(15);
        expect(receiver.connections).toHaveLength(5);
      }),
    );
  });

  it("are replaced at once where the receiver closed one just as it was used again", async () => {
    const handle: RequestListener = (request, response) => {
      const isReused = receiverSaw.has(request.socket);
      receiverSaw.add(request.socket);
      if (isReused) request.socket.destroy();
      else response.end();
    };
    const receiverSaw = new Set<Socket>();
    await withReceiver(handle, (receiver) =>
      withSender({ secrets: ["secret"] }, async (sender) => {
        expect(await sender.send(callbackTo(receiver.url))).toEqual(DELIVERED);
        expect(await sender.send(callbackTo(receiver.url, { eventId: "event-2" }))).toEqual(DELIVERED);
        expect(receiver.connections).toHaveLength(2);
        expect(receiver.requests.map(({ headers }) => headers["webhook-id"])).toEqual([
          "event-1",
          "event-2",
          "event-2",
        ]);
      }),
    );
  });

  it("are not replaced more than once", async () => {
    let answered = 0;
    const onlyOnce: RequestListener = (request, response) => {
      if (answered++ === 0) response.end();
      else request.socket.destroy();
    };
    await withReceiver(onlyOnce, (receiver) =>
      withSender({}, async (sender) => {
        await sender.send(callbackTo(receiver.url));
        expect(await sender.send(callbackTo(receiver.url))).toMatchObject({ kind: "failed", status: null });
        expect(receiver.requests).toHaveLength(3);
      }),
    );
  });

  it("are not replaced where a new one is reset", async () => {
    await withReceiver(
      (request) => request.socket.resetAndDestroy(),
      (receiver) =>
        withSender({}, async (sender) => {
          expect(await sender.send(callbackTo(receiver.url))).toMatchObject({ kind: "failed", status: null });
          expect(receiver.requests).toHaveLength(1);
        }),
    );
  });

  it("that are refused are failures", async () => {
    const port = await freePort();
    await withSender({}, async (sender) => {
      expect(await sender.send(callbackTo(`http://127.0.0.1:${port}/`))).toEqual({
        kind: "failed",
        status: null,
        detail: `connect ECONNREFUSED 127.0.0.1:${port}`,
        retryAfterMs: null,
      });
    });
  });

  it("all end when the sender is closed, and what is under way fails", async () => {
    const onlyOnce: RequestListener = (_request, response) => {
      if (!isSilent) response.end();
    };
    let isSilent = false;
    await withReceiver(onlyOnce, (receiver) =>
      withSender({}, async (sender) => {
        await Promise.all([1, 2].map(() => sender.send(callbackTo(receiver.url))));
        isSilent = true;
        const underWay = sender.send(callbackTo(receiver.url));
        await waitFor(() => receiver.requests.length === 3, { description: "the third callback came" });
        sender.close();
        expect(await underWay).toMatchObject({ kind: "failed", detail: "the sender was closed" });
        await waitFor(() => receiver.connections.every((socket) => socket.closed), {
          description: "every connection is closed",
        });
        expect(await sender.send(callbackTo(receiver.url))).toMatchObject({ kind: "failed" });
        expect(receiver.requests).toHaveLength(3);
      }),
    );
  });
});

describe("a deadline", () => {
  it("that passes while the connection is made keeps everything from being sent", async () => {
    await withReceiver(ok, async (receiver) => {
      const deadline = Date.now() + 100;
      let receivedBytes = 0;
      receiver.server.on("connection", (socket) =>
        socket.on("data", (data) => (receivedBytes += data.length)),
      );
      const resolve = async () => {
        await waitFor(() => Date.now() >= deadline, { description: "the deadline has passed" });
        return [{ address: "127.0.0.1", family: 4 }];
      };
      await withSender({ resolve }, async (sender) => {
        const url = `http://receiver.test:${receiver.port}/`;
        expect(await sender.send(callbackTo(url, { isMine: () => Date.now() < deadline }))).toEqual({
          kind: "too-late",
        });
        await waitFor(() => receiver.connections[0]?.closed, { description: "the connection is closed" });
        expect(receivedBytes).toBe(0);
      });
    });
  });

  it("that has passed keeps a kept connection from being used", async () => {
    await withReceiver(ok, (receiver) =>
      withSender({}, async (sender) => {
        await sender.send(callbackTo(receiver.url));
        const delivery = await sender.send(callbackTo(receiver.url, { isMine: () => false }));
        expect(delivery).toEqual({ kind: "too-late" });
        expect(receiver.requests).toHaveLength(1);
      }),
    );
  });

  it("that passes while a long body is sent keeps the request from becoming complete", async () => {
    const received: Buffer[] = [];
    const sockets: Socket[] = [];
    const slow = createServer({ pauseOnConnect: true }, (socket) => {
      sockets.push(socket);
      socket.on("data", (data: Buffer) => received.push(data));
      socket.on("error", () => {});
    });
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    const { port } = slow.address() as { port: number };
    try {
      await withSender({}, async (sender) => {
        // Long enough for a slow machine to connect and to begin, and a body that is more than the kernel buffers.
        const deadline = Date.now() + 2_000;
        const body = { ...callbackBody, stdout: "x".repeat(16 * 1024 * 1024) };
        const sending = sender.send(
          callbackTo(`http://127.0.0.1:${port}/`, { body, isMine: () => Date.now() < deadline }),
        );
        await waitFor(() => Date.now() >= deadline && sockets[0], { description: "the deadline has passed" });
        sockets[0]!.resume();
        expect(await sending).toEqual({ kind: "too-late" });
        await waitFor(() => sockets[0]!.closed, { description: "the connection is closed" });
        const [head = "", content = ""] = Buffer.concat(received).toString("latin1").split("\r\n\r\n");
        const [, contentLength] = /Content-Length: (\d+)/.exec(head) ?? [];
        expect(content.length).toBeGreaterThan(0);
        expect(content.length).toBeLessThan(Number(contentLength));
      });
    } finally {
      for (const socket of sockets) socket.destroy();
      slow.close();
    }
  });
});
