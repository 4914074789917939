import type { LookupAddress } from "node:dns";
import type { RequestListener } from "node:http";
import { withReceiver } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { callbackTo, withSender } from "./with-sender.ts";

const ok: RequestListener = (_request, response) => response.end();
const hangUp: RequestListener = (_request, response) =>
  response.writeHead(200, { Connection: "close" }).end();
const DELIVERED = { kind: "delivered", status: 200 };

/** A name server of one's own: each question gets the next answer, and after the last one that again. */
function answering(...answers: string[][]) {
  let questions = 0;
  const resolve = async (): Promise<LookupAddress[]> => {
    const addresses = answers[Math.min(questions++, answers.length - 1)]!;
    return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
  return { resolve, questions: () => questions };
}

describe("a receiver's address", () => {
  it("may be one of this host, as control planes on it need it", async () => {
    await withReceiver(ok, (receiver) =>
      withSender({}, async (sender) => {
        const url = `http://localhost:${receiver.port}/`;
        expect(await sender.send(callbackTo(url))).toEqual(DELIVERED);
      }),
    );
  });

  it.each(["127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::ffff:127.0.0.1]"])(
    "is refused as %s where private ones are denied, before any connection",
    async (host) => {
      await withReceiver(ok, (receiver) =>
        withSender({ denyPrivate: true }, async (sender) => {
          expect(await sender.send(callbackTo(`http://${host}:${receiver.port}/`))).toEqual({
            kind: "refused",
            status: null,
            detail: expect.stringContaining("HOST_RUNNER_CALLBACK_ALLOW can allow it"),
          });
          expect(receiver.connections).toHaveLength(0);
        }),
      );
    },
  );

  it.each(["169.254.169.254", "[fd00:ec2::254]", "[fe80::1]", "0.0.0.0", "[::]", "[::ffff:169.254.169.254]"])(
    "is refused as %s always",
    async (host) => {
      await withSender({}, async (sender) => {
        const delivery = await sender.send(callbackTo(`http://${host}/`));
        expect(delivery).toMatchObject({ kind: "refused", status: null });
      });
    },
  );

  it("is refused where the name of metadata leads to it", async () => {
    const { resolve } = answering(["169.254.169.254"]);
    await withSender({ resolve }, async (sender) => {
      expect(await sender.send(callbackTo("http://metadata.google.internal/"))).toEqual({
        kind: "refused",
        status: null,
        detail:
          "169.254.169.254 is a link-local, metadata, multicast or unspecified address, which no setting allows",
      });
    });
  });

  it("is the next one where one does not answer, and never one that is refused", async () => {
    const { resolve, questions } = answering(["169.254.169.254", "127.0.0.2", "127.0.0.1"]);
    await withReceiver(ok, (receiver) =>
      withSender({ resolve }, async (sender) => {
        expect(await sender.send(callbackTo(`http://cp.test:${receiver.port}/`))).toEqual(DELIVERED);
        expect(receiver.requests[0]!.headers.host).toBe(`cp.test:${receiver.port}`);
        expect(questions()).toBe(1);
      }),
    );
  });

  it("is told for each that failed", async () => {
    const { resolve } = answering(["127.0.0.2", "127.0.0.3"]);
    await withReceiver(ok, (receiver) =>
      withSender({ resolve }, async (sender) => {
        const { port } = receiver;
        expect(await sender.send(callbackTo(`http://cp.test:${port}/`))).toMatchObject({
          kind: "failed",
          detail: `connect ECONNREFUSED 127.0.0.2:${port}; connect ECONNREFUSED 127.0.0.3:${port}`,
        });
      }),
    );
  });

  it("is checked again for each connection: a name that leads elsewhere by then is refused", async () => {
    const { resolve, questions } = answering(["127.0.0.1"], ["169.254.169.254"]);
    await withReceiver(hangUp, (receiver) =>
      withSender({ resolve }, async (sender) => {
        const url = `http://rebound.test:${receiver.port}/`;
        expect(await sender.send(callbackTo(url))).toEqual(DELIVERED);
        expect(await sender.send(callbackTo(url))).toMatchObject({ kind: "refused", status: null });
        expect(questions()).toBe(2);
        expect(receiver.requests).toHaveLength(1);
      }),
    );
  });

  it("is that of its connection for as long as this is kept", async () => {
    const { resolve, questions } = answering(["127.0.0.1"], ["169.254.169.254"]);
    await withReceiver(ok, (receiver) =>
      withSender({ resolve }, async (sender) => {
        const url = `http://rebound.test:${receiver.port}/`;
        expect(await sender.send(callbackTo(url))).toEqual(DELIVERED);
        expect(await sender.send(callbackTo(url))).toEqual(DELIVERED);
        expect(questions()).toBe(1);
      }),
    );
  });

  it("is asked for once by all who want it at the same time", async () => {
    const { resolve, questions } = answering(["127.0.0.1"]);
    await withReceiver(ok, (receiver) =>
      withSender({ resolve }, async (sender) => {
        const url = `http://cp.test:${receiver.port}/`;
        const deliveries = await Promise.all([1, 2, 3].map(() => sender.send(callbackTo(url))));
        expect(deliveries).toEqual([DELIVERED, DELIVERED, DELIVERED]);
        expect(receiver.connections).toHaveLength(3);
        expect(questions()).toBe(1);
      }),
    );
  });

  it("that is not found is looked for again later", async () => {
    await withSender({}, async (sender) => {
      expect(await sender.send(callbackTo("http://no-such-host.invalid/"))).toMatchObject({
        kind: "failed",
        status: null,
        detail: expect.stringMatching(/^getaddrinfo E\w+ no-such-host\.invalid$/),
      });
    });
  });

  it("that a name server never tells is waited for no longer than the time that there is", async () => {
    const resolve = () => new Promise<never>(() => {});
    await withSender({ resolve, timeoutMs: 200 }, async (sender) => {
      expect(await sender.send(callbackTo("http://cp.test/"))).toMatchObject({
        kind: "failed",
        detail: "no answer within 0.2 s",
      });
    });
  });

  it("is not even asked for where the host is not in HOST_RUNNER_CALLBACK_ALLOW", async () => {
    const { resolve, questions } = answering(["127.0.0.1"]);
    await withReceiver(ok, (receiver) =>
      withSender({ resolve, allow: [{ kind: "host", host: "cp.test", port: null }] }, async (sender) => {
        expect(await sender.send(callbackTo(`http://cp.test:${receiver.port}/`))).toEqual(DELIVERED);
        expect(await sender.send(callbackTo("http://other.test/"))).toEqual({
          kind: "refused",
          status: null,
          detail: "other.test:80 is not in HOST_RUNNER_CALLBACK_ALLOW",
        });
        expect(questions()).toBe(1);
      }),
    );
  });
});
