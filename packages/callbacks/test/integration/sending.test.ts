import type { RequestListener, ServerResponse } from "node:http";
import { freePort, withReceiver } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { callbackBody, callbackTo, TOKEN, withSender } from "./with-sender.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const answer =
  (status: number, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end();
const ok = answer(200);

describe("a callback", () => {
  it("is posted as JSON with its token and its signature", async () => {
    await withReceiver(ok, (receiver) =>
      withSender({ secrets: [SECRET] }, async (sender) => {
        expect(await sender.send(callbackTo(`${receiver.url}?a=b`))).toEqual({
          kind: "delivered",
          status: 200,
        });
        const [request] = receiver.requests;
        expect(request).toMatchObject({
          method: "POST",
          path: "/callback?a=b",
          headers: {
            host: `127.0.0.1:${receiver.port}`,
            "content-type": "application/json",
            "user-agent": expect.stringMatching(/^host-runner\/\d+\.\d+\.\d+$/),
            "x-runner-token": TOKEN,
            "webhook-id": "event-1",
          },
        });
        expect(JSON.parse(request!.body)).toEqual(callbackBody);
        const headers = request!.headers as Record<string, string>;
        expect(new Webhook(SECRET).verify(request!.body, headers)).toEqual(callbackBody);
      }),
    );
  });

  it("has no token and no signature where none was given", async () => {
    await withReceiver(ok, (receiver) =>
      withSender({}, async (sender) => {
        await sender.send(callbackTo(receiver.url, { token: null }));
        const names = Object.keys(receiver.requests[0]!.headers);
        expect(names.sort()).toEqual(["connection", "content-length", "content-type", "host", "user-agent"]);
      }),
    );
  });

  it("carries the credentials of its URL as Basic authentication", async () => {
    await withReceiver(ok, (receiver) =>
      withSender({}, async (sender) => {
        await sender.send(callbackTo(`http://user:p%40ss@127.0.0.1:${receiver.port}/`));
        expect(receiver.requests[0]!.headers.authorization).toBe(
          `Basic ${Buffer.from("user:p@ss").toString("base64")}`,
        );
      }),
    );
  });

  it("is sent in full, however long it is", async () => {
    const stdout = "ü".repeat(2_000_000);
    await withReceiver(ok, (receiver) =>
      withSender({}, async (sender) => {
        await sender.send(callbackTo(receiver.url, { body: { ...callbackBody, stdout } }));
        expect(JSON.parse(receiver.requests[0]!.body).stdout).toBe(stdout);
      }),
    );
  });
});

describe("an answer", () => {
  it.each([
    [200, { kind: "delivered", status: 200 }],
    [204, { kind: "delivered", status: 204 }],
    [401, { kind: "refused", status: 401, detail: "answered 401" }],
    [422, { kind: "refused", status: 422, detail: "answered 422" }],
    [404, { kind: "failed", status: 404, detail: "answered 404", retryAfterMs: null }],
    [500, { kind: "failed", status: 500, detail: "answered 500", retryAfterMs: null }],
  ])("of %i gives its verdict", async (status, delivery) => {
    await withReceiver(answer(status), (receiver) =>
      withSender({}, async (sender) => {
        expect(await sender.send(callbackTo(receiver.url))).toEqual(delivery);
      }),
    );
  });

  it("that redirects is final and not followed, and says what to do", async () => {
    await withReceiver(answer(307, { Location: "/elsewhere" }), (receiver) =>
      withSender({}, async (sender) => {
        expect(await sender.send(callbackTo(receiver.url))).toEqual({
          kind: "refused",
          status: 307,
          detail: "answered 307: redirects are not followed, give the final URL",
        });
        expect(receiver.requests).toHaveLength(1);
      }),
    );
  });

  it("may ask for a later try, in seconds", async () => {
    await withReceiver(answer(429, { "Retry-After": "7" }), (receiver) =>
      withSender({}, async (sender) => {
        const delivery = await sender.send(callbackTo(receiver.url));
        expect(delivery).toMatchObject({ kind: "failed", status: 429, retryAfterMs: 7_000 });
      }),
    );
  });

  it("may ask for a later try, by a date", async () => {
    const at = new Date(Date.now() + 120_000).toUTCString();
    await withReceiver(answer(503, { "Retry-After": at }), (receiver) =>
      withSender({}, async (sender) => {
        const delivery = await sender.send(callbackTo(receiver.url));
        const { retryAfterMs } = delivery as { retryAfterMs: number };
        expect(retryAfterMs).toBeGreaterThan(60_000);
        expect(retryAfterMs).toBeLessThanOrEqual(120_000);
      }),
    );
  });

  it("counts though its body never ends, once the time is up", async () => {
    const drip: RequestListener = (_request, response) => response.writeHead(200).write("and so on");
    await withReceiver(drip, (receiver) =>
      withSender({ timeoutMs: 300 }, async (sender) => {
        expect(await sender.send(callbackTo(receiver.url))).toEqual({ kind: "delivered", status: 200 });
      }),
    );
  });

  it("is read up to 64 KiB, and its connection is then dropped", async () => {
    let sentBytes = 0;
    const flood: RequestListener = (_request, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write("x".repeat(16_384))) sentBytes += 16_384;
      };
      response.on("drain", pour);
      pour();
    };
    await withReceiver(flood, (receiver) =>
      withSender({}, async (sender) => {
        expect(await sender.send(callbackTo(receiver.url))).toEqual({ kind: "delivered", status: 200 });
        await closed(receiver.connections[0]!);
        // What the kernel buffers on both sides comes on top.
        expect(sentBytes).toBeLessThan(16 * 1024 * 1024);
        await sender.send(callbackTo(receiver.url));
        expect(receiver.connections).toHaveLength(2);
      }),
    );
  });

  it("that does not come is waited for no longer than the time that there is", async () => {
    await withReceiver(
      () => {},
      (receiver) =>
        withSender({ timeoutMs: 300 }, async (sender) => {
          expect(await sender.send(callbackTo(receiver.url))).toEqual({
            kind: "failed",
            status: null,
            detail: "no answer within 0.3 s",
            retryAfterMs: null,
          });
        }),
    );
  });

  it.each([
    ["is no HTTP", "SSH-2.0-OpenSSH_9.6\r\n"],
    [
      "switches to another protocol",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    ],
    ["is cut in its head", "HTTP/1.1 200 OK\r\nContent-"],
  ])("that %s is a failure", async (_, bytes) => {
    const speak = (_request: unknown, { socket }: ServerResponse) => socket?.end(bytes);
    await withReceiver(speak, (receiver) =>
      withSender({}, async (sender) => {
        expect(await sender.send(callbackTo(receiver.url))).toMatchObject({ kind: "failed", status: null });
      }),
    );
  });

  it("never has the token, the URL's path or its credentials in what is told of it", async () => {
    const echo: RequestListener = (request, response) => {
      response.writeHead(400, String(request.headers["x-runner-token"]), { "X-Echo": TOKEN }).end(TOKEN);
    };
    await withReceiver(echo, (receiver) =>
      withSender({}, async (sender) => {
        const urls = [receiver.port, await freePort()].map(
          (port) => `http://user:hunter2@127.0.0.1:${port}/path`,
        );
        urls.push("http://user:hunter2@169.254.169.254/path", "ftp://user:hunter2@a/path");
        for (const url of urls) {
          const told = JSON.stringify(await sender.send(callbackTo(url)));
          expect(told).toMatch(/"(refused|failed)"/);
          expect(told).not.toMatch(/the-token-of-the-task|hunter2|user|path/);
        }
      }),
    );
  });
});

function closed(socket: { closed: boolean; once: (event: "close", listener: () => void) => unknown }) {
  return socket.closed ? undefined : new Promise<void>((resolve) => socket.once("close", resolve));
}
