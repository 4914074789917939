import { type CallbackSender, createCallbackSender, type Delivery } from "@host-runner/callbacks";
import type { CallbackBody } from "@host-runner/contracts";
import { waitFor, withTempDir } from "@host-runner/testing";
import { describe, expect, it } from "@jest/globals";
import { type KeptReceiver, keepReceiver } from "../../src/fleet/keep-receiver.ts";
import type { Life } from "../../src/fleet/life.ts";
import { type Receipt, readReceipts } from "../../src/receiver/receipt.ts";
import type { SpoiltWay } from "../../src/receiver/ways.ts";
import { makeTrialFolder } from "../../src/trial-folder.ts";
import { callback } from "../called-back.ts";
import { execution } from "../good-evidence.ts";

interface Received {
  receiver: KeptReceiver;
  lives: Life[];
  send(body: CallbackBody, options?: { secret?: string; timeoutMs?: number }): Promise<Delivery>;
  receipts(): Receipt[];
}

async function withReceiver(run: (received: Received) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const folder = makeTrialFolder(dir);
    const lives: Life[] = [];
    const receiver = await keepReceiver({
      ...{ folder, path: process.env.PATH ?? "" },
      onLife: (life) => lives.push(life),
    });
    const senders: CallbackSender[] = [];
    try {
      await waitFor(() => receiver.member.isReady(), { description: "the receiver is ready" });
      await run({
        ...{ receiver, lives, receipts: () => readReceipts(folder.receipts) },
        send(body, { secret = receiver.secret, timeoutMs = 10_000 } = {}) {
          const sender = createCallbackSender({
            ...{ secrets: [secret], timeoutMs, denyPrivate: false, allow: null },
          });
          senders.push(sender);
          return sender.send({
            ...{ url: receiver.url, token: "a token", eventId: body.event_id, body },
            isMine: () => true,
            now: () => Date.now(),
          });
        },
      });
    } finally {
      for (const sender of senders) sender.close();
      await receiver.member.end(5_000);
    }
  });
}

const told = (seq: number) => callback(execution({ taskId: "a task" }), seq);

describe("the receiver of a trial's callbacks", () => {
  it("has in its journal what came, and whether it was signed", () =>
    withReceiver(async ({ receiver, send, receipts }) => {
      receiver.mend();
      expect(await send(told(1))).toEqual({ kind: "delivered", status: 204 });
      expect(await send(told(2), { secret: "another secret" })).toMatchObject({ kind: "delivered" });
      const common = { token: "a token", answer: "204", running: [] };
      expect(receipts()).toMatchObject([
        { ...common, body: told(1), webhookId: told(1).event_id, isSigned: true },
        { ...common, body: told(2), webhookId: told(2).event_id, isSigned: false },
      ]);
    }));

  it.each<[SpoiltWay, Partial<Delivery>]>([
    ["500", { kind: "failed", status: 500 }],
    ["503", { kind: "failed", status: 503, retryAfterMs: 1_000 }],
    ["404", { kind: "failed", status: 404 }],
    ["reset", { kind: "failed", status: null }],
    ["lost", { kind: "failed", status: null }],
    ["slow", { kind: "delivered", status: 204 }],
  ])("answers in the way to which it is spoilt, and has it in its journal: %s", (way, delivery) =>
    withReceiver(async ({ receiver, send, receipts }) => {
      receiver.spoil(way);
      expect(await send(told(1))).toMatchObject(delivery);
      receiver.mend();
      expect(await send(told(1))).toMatchObject({ kind: "delivered" });
      expect(receipts()).toMatchObject([{ answer: way }, { answer: "204" }]);
    }),
  );

  it("is late for a sender that does not wait for long", () =>
    withReceiver(async ({ receiver, send, receipts }) => {
      receiver.spoil("late");
      expect(await send(told(1), { timeoutMs: 300 })).toMatchObject({ kind: "failed", status: null });
      expect(receipts()).toMatchObject([{ answer: "late" }]);
    }));

  it("is there again after it was killed, at the same address and with the same journal", () =>
    withReceiver(async ({ receiver, lives, send, receipts }) => {
      await send(told(1));
      receiver.member.kill();
      await waitFor(() => lives.length > 1, { description: "it is started again" });
      await waitFor(() => receiver.member.isReady(), { description: "it is ready again" });
      await send(told(2));
      expect(receipts().map(({ body }) => body.seq)).toEqual([1, 2]);
    }));
});
